import { joinHandRolled } from './join-hand-rolled.ts'

joinHandRolled('plain')
