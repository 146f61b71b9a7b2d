import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { RecordingFile } from './recording-file.ts'

interface SegmentFile {
  readonly file: RecordingFile
  /** Of the checkpoint it begins with. */
  readonly tick: number
  readonly headerBytes: number
}

/** `000001.wkr` and so on; sorted by number, not by name, should a run ever have a million. */
function segmentFileName(number: number): string {
  return `${String(number).padStart(6, '0')}.wkr`
}

export function segmentNumberOf(fileName: string): number | null {
  const digits = /^(\d{6,})\.wkr$/.exec(fileName)?.[1]
  return digits === undefined ? null : Number(digits)
}

/**
 * The segment files of one run, oldest first; only the newest is written to. Bounded by the ticks that must be covered and
 * by bytes, whichever is less: the oldest are deleted.
 */
export class SegmentFiles {
  readonly #folder: string
  readonly #keepTicks: number
  readonly #keepBytes: number
  readonly #segments: SegmentFile[] = []
  #number = 0

  constructor(bounds: { readonly path: string; readonly keepTicks: number; readonly keepBytes: number }) {
    this.#folder = bounds.path
    this.#keepTicks = bounds.keepTicks
    this.#keepBytes = bounds.keepBytes
  }

  /** The next file, for a checkpoint of `tick`. Throws what the file system throws. */
  begin(tick: number, header: Uint8Array): RecordingFile {
    // Made again in case somebody has deleted it while the node ran.
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const file = RecordingFile.create(join(this.#folder, segmentFileName(++this.#number)), header)
    this.#segments.push({ file, tick, headerBytes: header.byteLength })
    return file
  }

  /** One segment takes half of the room at most, so that it need not go as soon as the next one begins. */
  requireRoom(byteLength: number): void {
    const newest = this.#segments.at(-1)
    if (newest !== undefined && newest.file.byteLength + byteLength > this.#keepBytes / 2)
      throw new Error(`${newest.file.path} is full: no checkpoint has come in ${newest.file.byteLength} bytes`)
  }

  /** After a failure: a file without a single chunk is of no use. */
  dropEmpty(): void {
    const newest = this.#segments.at(-1)
    if (newest === undefined || newest.file.byteLength > newest.headerBytes) return
    this.#segments.pop()
    remove(newest.file.path)
  }

  /** How many were deleted, and why some could not be. */
  deleteOldest(newestTick: number): { readonly deleted: number; readonly errors: readonly unknown[] } {
    const errors: unknown[] = []
    let deleted = 0
    for (let next = this.#segments[1]; next !== undefined; next = this.#segments[1]) {
      if (next.tick + this.#keepTicks > newestTick && this.#byteLength() <= this.#keepBytes) break
      const oldest = this.#segments.shift()
      const error = oldest === undefined ? null : remove(oldest.file.path)
      if (error === null) deleted++
      else errors.push(error)
    }
    return { deleted, errors }
  }

  #byteLength(): number {
    return this.#segments.reduce((sum, { file }) => sum + file.byteLength, 0)
  }
}

function remove(path: string): unknown {
  try {
    rmSync(path, { force: true })
    return null
  } catch (error) {
    return error
  }
}
