import { joinColyseus } from '../colyseus/join-colyseus.ts'

await joinColyseus('tuned')
