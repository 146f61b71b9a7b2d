import type { MeadowClient } from '../meadow-client.ts'
import type { Spot } from '../scene/camera.ts'
import type { Scene } from '../scene/scene.ts'
import { courseTo, standing } from './course.ts'
import { type Direction, openKeyboard } from './keyboard.ts'
import { openPointer, type PointerPlace } from './pointer.ts'

export interface Steering {
  /** Once per frame, with where the player is. */
  update(own: Readonly<Spot>): void
  close(): void
}

/** Keys and pointer become the player's intent. Keys win: they end a walk to a point. */
export function openSteering(client: MeadowClient, scene: Scene): Steering {
  let goal: Spot | null = null
  let intent: Direction = standing

  const setIntent = (next: Direction) => {
    if (next.x === intent.x && next.z === intent.z) return
    intent = next
    client.setIntent(next)
  }
  const goalAt = (place: PointerPlace): Spot => {
    const spot = { xM: 0, zM: 0 }
    scene.camera.toWorld(place.xPx, place.yPx, spot)
    return { xM: inside(spot.xM, client.zoneSizeM), zM: inside(spot.zM, client.zoneSizeM) }
  }
  const setGoal = (spot: Spot | null) => {
    goal = spot
    scene.effects.mark(spot)
  }
  /** By the event, not by the frame: a hidden page draws no frames, and must not walk on. */
  const steerByKeys = () => {
    setGoal(null)
    setIntent(keyboard.direction())
  }
  const press = (code: string) => {
    if (code === 'KeyG') scene.toggleGrid()
  }
  const keyboard = openKeyboard({ steer: steerByKeys, press })
  const pointer = openPointer(scene.canvas, {
    press: (place) => setGoal(goalAt(place)),
    zoom: (factor) => scene.camera.zoomBy(factor),
  })

  return {
    update(own) {
      const held = pointer.held()
      // The camera moves under a pointer that is held still, so its goal is found anew on every frame.
      if (goal !== null && held !== null) setGoal(goalAt(held))
      if (goal === null) return
      const next = courseTo(goal, own, intent)
      setIntent(next)
      if (next === standing && held === null) setGoal(null)
    },
    close() {
      keyboard.close()
      pointer.close()
    },
  }
}

function inside(atM: number, sizeM: number): number {
  return Math.min(sizeM, Math.max(0, atM))
}
