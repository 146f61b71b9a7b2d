import { axis, input, steerTowards } from '@worldkeep/world'

export const playerSpeedCmPerS = 500

/** Where a player wants to go: a direction of length 0 … 1. Both sides run this one function. */
export const Walk = input({
  fields: { x: axis, z: axis },
  steer: (motion, slot, intent) => {
    steerTowards(motion, slot, intent, playerSpeedCmPerS)
  },
})
