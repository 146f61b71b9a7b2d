import type { ChildProcess } from 'node:child_process'

/** What a child process can be asked, by name. Arguments and answers must survive a structured clone. */
type Procedures<Names extends PropertyKey = string> = { readonly [name in Names]: (...args: never[]) => unknown }

interface Question {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** Answers the parent until it lets go or dies; `end` then cleans up, and the process ends. */
export function answer(procedures: Procedures, end: () => Promise<void>): void {
  // Ctrl-C reaches the whole group: only the parent decides when to stop.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => void end().finally(() => process.exit()))
  process.on('message', async ({ id, name, args }: Question) => {
    const reply = (rest: Omit<Answer, 'id'>): void => {
      // The parent may let go while this is on its way: nobody waits for it then.
      if (process.connected) process.send?.({ id, ...rest } satisfies Answer, undefined, undefined, () => undefined)
    }
    try {
      reply({ value: await procedures[name]?.(...(args as never[])) })
    } catch (error) {
      reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}

/** The parent's side: a child process whose procedures can be called. */
export class Asker<P extends Procedures<keyof P>> {
  readonly #name: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #exited: Promise<void>
  #hasExited = false
  #nextId = 1

  constructor(name: string, child: ChildProcess) {
    this.#name = name
    this.#child = child
    child.on('message', (message) => this.#receive(message as Answer))
    this.#exited = new Promise((resolve) => {
      const ended = (why: string): void => {
        this.#hasExited = true
        for (const { reject } of this.#waiting.values()) reject(new Error(`the ${name} process has ended: ${why}`))
        this.#waiting.clear()
        resolve()
      }
      child.on('exit', (code, signal) => ended(String(signal ?? code)))
      child.on('error', (error) => ended(error.message))
    })
  }

  ask<K extends keyof P & string>(name: K, ...args: Parameters<P[K]>): Promise<Awaited<ReturnType<P[K]>>> {
    return new Promise((resolve, reject) => {
      if (this.#hasExited) return reject(new Error(`the ${this.#name} process has ended`))
      const id = this.#nextId++
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#child.send({ id, name, args } satisfies Question)
      return undefined
    })
  }

  /** Lets go of the process and waits for its end; after `patienceMs` without mercy. */
  async end(patienceMs: number): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs)
    await this.#exited
    clearTimeout(timer)
  }

  #receive({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error !== undefined) waiting?.reject(new Error(`${this.#name} process: ${error}`))
    else waiting?.resolve(value)
  }
}
