import { serveHandRolled } from './serve-hand-rolled.ts'

serveHandRolled('plain')
