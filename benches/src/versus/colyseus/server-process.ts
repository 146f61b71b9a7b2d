import { serveColyseus } from './serve-colyseus.ts'

serveColyseus('plain')
