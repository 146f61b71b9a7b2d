import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(import.meta.resolve('@worldkeep/server/cli'))
const meadowGame = fileURLToPath(import.meta.resolve('@worldkeep/meadow'))

export interface NodeProcessOptions {
  /** Module of the game; meadow unless told otherwise. */
  readonly game?: string
  readonly gameOptions?: { readonly [name: string]: unknown }
  readonly dataDir: string
  readonly port?: number
  readonly args?: readonly string[]
}

/** What a process left behind when it ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A node as its users run it: the `worldkeep` command in a process of its own. */
export class NodeProcess {
  readonly port: number
  readonly url: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #output: Output

  /** Resolves when the node says where it is; rejects with what it said instead. */
  static async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const child = spawnNode(options)
    const output = new Output(child)
    const port = await new Promise<number>((resolve, reject) => {
      output.onChange = () => {
        const match = /address\s+http:\/\/[^:]+:(\d+)/.exec(output.stdout)
        if (match?.[1] !== undefined) resolve(Number(match[1]))
      }
      void output.ended.then(({ stdout, stderr }) =>
        reject(new Error(`the node ended while starting:\n${stdout}${stderr}`)),
      )
    })
    return new NodeProcess(child, output, port)
  }

  /** Runs a node that is expected to refuse to start. */
  static run(options: NodeProcessOptions): Promise<ProcessEnd> {
    return new Output(spawnNode(options)).ended
  }

  private constructor(child: ChildProcess, output: Output, port: number) {
    this.#child = child
    this.#output = output
    this.port = port
    this.url = `http://127.0.0.1:${port}`
    this.pid = child.pid ?? 0
  }

  /** As Ctrl-C does. */
  async stop(): Promise<ProcessEnd> {
    this.#child.kill('SIGINT')
    return this.#output.ended
  }

  /** As a power cut does. */
  async kill(): Promise<ProcessEnd> {
    this.#child.kill('SIGKILL')
    return this.#output.ended
  }

  /** Resolves when it ends by itself. */
  ended(): Promise<ProcessEnd> {
    return this.#output.ended
  }

  log(): string {
    return this.#output.stderr
  }
}

/** A fresh folder for a node, and how to get rid of it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'worldkeep-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

function spawnNode(options: NodeProcessOptions): ChildProcess {
  const args = [
    'start',
    '--game',
    options.game ?? meadowGame,
    '--data-dir',
    options.dataDir,
    '--port',
    String(options.port ?? 0),
  ]
  if (options.gameOptions !== undefined) args.push('--game-options', JSON.stringify(options.gameOptions))
  return spawn(process.execPath, [cli, ...args, ...(options.args ?? [])], { stdio: ['ignore', 'pipe', 'pipe'] })
}

class Output {
  stdout = ''
  stderr = ''
  onChange: () => void = () => undefined
  readonly ended: Promise<ProcessEnd>

  constructor(child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
      this.onChange()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
  }
}
