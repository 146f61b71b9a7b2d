import { serveHandRolled } from '../hand-rolled/serve-hand-rolled.ts'

serveHandRolled('tuned')
