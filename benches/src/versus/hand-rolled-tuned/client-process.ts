import { joinHandRolled } from '../hand-rolled/join-hand-rolled.ts'

joinHandRolled('tuned')
