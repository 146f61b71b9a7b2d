import { serveColyseus } from '../colyseus/serve-colyseus.ts'

serveColyseus('tuned')
