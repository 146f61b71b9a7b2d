import { type ReactNode, useEffect, useRef } from 'react'
import type { MeadowClient } from './meadow-client.ts'
import type { Notices } from './notices.ts'
import { startPlay } from './play.ts'

/** The place on the page where the game draws. React renders it once; from then on PixiJS has it. */
export function WorldView(props: { readonly client: MeadowClient; readonly notices: Notices }): ReactNode {
  const { client, notices } = props
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    // Opening takes a moment. If the view is gone by then, it ends as soon as it has begun.
    let isGone = false
    let stop = () => {
      isGone = true
    }
    startPlay(element, client, notices).then(
      (stopPlay) => {
        if (isGone) stopPlay()
        else stop = stopPlay
      },
      (error: unknown) => {
        console.error(error)
        notices.show('This browser cannot draw the meadow: it needs WebGL.')
      },
    )
    return () => stop()
  }, [client, notices])

  return <div className="world" ref={host} />
}
