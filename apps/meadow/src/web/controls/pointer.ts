/** CSS pixels of the canvas. */
export interface PointerPlace {
  readonly xPx: number
  readonly yPx: number
}

export interface Pointer {
  /** Where the pointer is held down; null while it is not. */
  held(): PointerPlace | null
  close(): void
}

/** One wheel notch (about 100 pixels) changes the zoom by this factor. */
const zoomPerNotch = 1.15
const notchPx = 100
/** `WheelEvent.deltaMode` 1 counts lines. */
const pxPerLine = 33

/** Clicks, touches and the wheel on the canvas. One pointer steers; further fingers are ignored. */
export function openPointer(
  canvas: HTMLCanvasElement,
  on: { readonly press: (place: PointerPlace) => void; readonly zoom: (factor: number) => void },
): Pointer {
  let held: PointerPlace | null = null
  const closing = new AbortController()
  const { signal } = closing

  const placeOf = (event: PointerEvent): PointerPlace => {
    const box = canvas.getBoundingClientRect()
    return { xPx: event.clientX - box.left, yPx: event.clientY - box.top }
  }
  const press = (event: PointerEvent) => {
    if (!event.isPrimary || event.button !== 0) return
    canvas.setPointerCapture(event.pointerId)
    held = placeOf(event)
    // At once: a quick click is over before the next frame.
    on.press(held)
  }
  const move = (event: PointerEvent) => {
    if (event.isPrimary && held !== null) held = placeOf(event)
  }
  const release = (event: PointerEvent) => {
    if (event.isPrimary) held = null
  }
  const zoom = (event: WheelEvent) => {
    event.preventDefault()
    const deltaPx = event.deltaMode === 1 ? event.deltaY * pxPerLine : event.deltaY
    on.zoom(zoomPerNotch ** (-deltaPx / notchPx))
  }

  canvas.addEventListener('pointerdown', press, { signal })
  canvas.addEventListener('pointermove', move, { signal })
  canvas.addEventListener('pointerup', release, { signal })
  canvas.addEventListener('pointercancel', release, { signal })
  canvas.addEventListener('lostpointercapture', release, { signal })
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
  // Not passive: the page itself must not zoom or scroll.
  canvas.addEventListener('wheel', zoom, { signal, passive: false })
  return { held: () => held, close: () => closing.abort() }
}
