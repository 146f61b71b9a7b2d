import type { Spot } from '../scene/camera.ts'
import type { Direction } from './keyboard.ts'

/** Near enough to have arrived. A player covers 0.25 m in a tick of 20 Hz. */
const arrivedM = 0.3
/** From here on slower, or a tick of walking would carry past the goal. */
const slowM = 0.8
const slowPace = 0.45
/** A course this straight is kept: every turn is sent to everybody who sees the player. */
const offCourse = Math.sin((3 * Math.PI) / 180)
/** The game's axes have this many steps on either side of zero. */
const axisSteps = 127

export const standing: Direction = { x: 0, z: 0 }

/**
 * The intent that leads from `from` to `goal`: standing once it is there, and `current` for as long as that still leads
 * there.
 */
export function courseTo(goal: Readonly<Spot>, from: Readonly<Spot>, current: Direction): Direction {
  const xM = goal.xM - from.xM
  const zM = goal.zM - from.zM
  const awayM = Math.hypot(xM, zM)
  if (awayM < arrivedM) return standing
  const pace = awayM < slowM ? slowPace : 1
  const wanted = { x: (xM / awayM) * pace, z: (zM / awayM) * pace }
  return leadsAlong(current, wanted) ? current : quantised(wanted)
}

/** The same pace in nearly the same direction. */
function leadsAlong(current: Direction, wanted: Direction): boolean {
  const currentPace = Math.hypot(current.x, current.z)
  const wantedPace = Math.hypot(wanted.x, wanted.z)
  if (Math.abs(currentPace - wantedPace) > 0.05) return false
  const across = current.x * wanted.z - current.z * wanted.x
  const along = current.x * wanted.x + current.z * wanted.z
  return along > 0 && Math.abs(across) <= offCourse * currentPace * wantedPace
}

function quantised(direction: Direction): Direction {
  return {
    x: Math.round(direction.x * axisSteps) / axisSteps,
    z: Math.round(direction.z * axisSteps) / axisSteps,
  }
}
