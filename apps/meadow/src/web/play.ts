import { CoinGatherer } from './coins.ts'
import { openSteering } from './controls/steering.ts'
import type { MeadowClient } from './meadow-client.ts'
import type { Notices } from './notices.ts'
import type { Spot } from './scene/camera.ts'
import { openScene } from './scene/scene.ts'
import { TestSurface } from './test-surface.ts'

/** Puts the game on the page: scene, controls and coins around one client. Resolves to what ends it. */
export async function startPlay(host: HTMLElement, client: MeadowClient, notices: Notices): Promise<() => void> {
  const scene = await openScene(host, client)
  const steering = openSteering(client, scene)
  const gatherer = new CoinGatherer(client, {
    notices,
    onGathered: (value, spot) => scene.effects.float(`+${value}`, spot),
  })
  const testSurface = new TestSurface(client)
  const own: Spot = { xM: 0, zM: 0 }

  scene.onFrame(({ nowS, elapsedS }) => {
    const self = client.self()
    if (self === null) return
    client.placeOf(self, own)
    steering.update(own)
    gatherer.update(own, nowS)
    scene.camera.follow(own, elapsedS)
    if (scene.isBuilt()) testSurface.update(own, nowS)
  })

  return () => {
    gatherer.close()
    steering.close()
    scene.close()
  }
}
