import { type ReactNode, useSyncExternalStore } from 'react'
import type { Notices } from '../notices.ts'

export function Toasts(props: { readonly notices: Notices }): ReactNode {
  const notices = useSyncExternalStore(props.notices.subscribe, props.notices.list)
  return (
    <ul className="toasts" data-testid="toasts" aria-live="polite">
      {notices.map((notice) => (
        <li key={notice.id} className="panel">
          {notice.text}
        </li>
      ))}
    </ul>
  )
}
