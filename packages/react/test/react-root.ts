import { act, type ReactNode } from 'react'
import type { Root } from 'react-dom/client'

/**
 * The real React renderer on the least of a document it accepts. Components under test render null, so nothing is ever
 * put into it: what is observed is when React renders, and that needs no DOM library.
 */
export async function openRoot(): Promise<{
  render(element: ReactNode): Promise<void>
  settle(change: () => void): Promise<void>
  close(): Promise<void>
}> {
  const ignore = () => undefined
  const listening = { addEventListener: ignore, removeEventListener: ignore }
  const document = { ...listening, nodeType: 9, activeElement: null }
  const container = {
    ...listening,
    nodeType: 1,
    nodeName: 'DIV',
    tagName: 'DIV',
    ownerDocument: document,
    textContent: '',
  }
  Object.assign(globalThis, {
    window: globalThis,
    document,
    HTMLIFrameElement: class {},
    IS_REACT_ACT_ENVIRONMENT: true,
  })
  // Loaded late: the module looks for `window` once, when it is first evaluated.
  const { createRoot } = await import('react-dom/client')
  const root: Root = createRoot(container as unknown as Element)
  return {
    render: (element) => act(async () => root.render(element)),
    settle: (change) => act(async () => change()),
    close: () => act(async () => root.unmount()),
  }
}
