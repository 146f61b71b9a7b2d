import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { HostMessage, ThreadMessage } from '../threads/thread-data.ts'

/** One thread of the node, as the host holds it: its name, its messages, its end. */
export class ThreadHandle {
  readonly name: string
  /** The system's id of this thread, once it has started; null where the system tells none. */
  osThreadId: number | null = null
  readonly #worker: Worker
  readonly #log: Logger
  readonly #replies = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  readonly #exited: Promise<void>
  #nextId = 1
  #stopping = false
  #died = false

  constructor(
    name: string,
    module: URL,
    data: object,
    parts: { readonly log: Logger; onDeath(name: string, reason: string): void },
  ) {
    this.name = name
    this.#log = parts.log.child({ service: name })
    this.#worker = new Worker(module, { name, workerData: data })
    let reason = ''
    this.#worker.on('error', (error) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message))
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        for (const reply of this.#replies.values()) reply.reject(new Error(`the ${name} thread has ended`))
        this.#replies.clear()
        resolve()
        if (this.#stopping) return
        this.#died = true
        parts.onDeath(name, reason === '' ? `it ended by itself with code ${code}` : reason)
      })
    })
  }

  /** The thread's first word: that it is ready, or why it cannot be. */
  firstWord(): Promise<Extract<ThreadMessage, { kind: 'ready' | 'unusable' }>> {
    return new Promise((resolve, reject) => {
      const listen = (message: ThreadMessage): void => {
        if (message.kind !== 'ready' && message.kind !== 'unusable') return
        this.#worker.off('message', listen)
        // It ends by itself now, and there is nothing to ask it for.
        if (message.kind === 'unusable') this.#stopping = this.#died = true
        resolve(message)
      }
      this.#worker.on('message', listen)
      void this.#exited.then(() => reject(new Error(`the ${this.name} thread ended while it was starting`)))
    })
  }

  /** It ended when nobody had asked it to. */
  hasDied(): boolean {
    return this.#died
  }

  /** From now on its end is expected. */
  expectEnd(): void {
    this.#stopping = true
  }

  tell(message: HostMessage): void {
    this.#worker.postMessage(message)
  }

  ask(
    message: { readonly kind: 'loadPlayer'; readonly playerId: string } | { readonly kind: 'pingStore' },
  ): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#replies.set(id, { resolve, reject })
      this.tell({ ...message, id })
    })
  }

  /** Waits for the thread to end by itself, then ends it. True if it went by itself. */
  async end(patienceMs: number): Promise<boolean> {
    this.#stopping = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patienceMs)
    })
    const byItself = await Promise.race([this.#exited.then(() => true), late])
    clearTimeout(timer)
    if (!byItself) await this.#worker.terminate()
    return byItself
  }

  #receive(message: ThreadMessage): void {
    if (message.kind === 'started') this.osThreadId = message.osThreadId
    if (message.kind === 'log') this.#log[message.level](message.fields, message.line)
    if (message.kind !== 'reply') return
    const reply = this.#replies.get(message.id)
    this.#replies.delete(message.id)
    if (message.error !== undefined) reply?.reject(new Error(message.error))
    else reply?.resolve(message.value)
  }
}
