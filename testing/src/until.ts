import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again every `everyMs` until the answer is yes; throws with `what` when it never is. */
export async function until(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  options: { readonly everyMs?: number; readonly withinMs?: number } = {},
): Promise<void> {
  const { everyMs = 25, withinMs = 60_000 } = options
  const deadline = Date.now() + withinMs
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`)
    await sleep(everyMs)
  }
}
