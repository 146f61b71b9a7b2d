import { joinColyseus } from './join-colyseus.ts'

await joinColyseus('plain')
