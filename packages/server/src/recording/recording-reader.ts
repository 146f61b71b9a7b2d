import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordingEntry } from './recording-entries.ts'
import { entriesOf, type RecordingEnd } from './recording-format.ts'
import { decodeHeader, RecordingError, type RecordingHeader } from './recording-header.ts'
import { FileSource } from './recording-source.ts'
import { segmentNumberOf } from './segment-files.ts'

/** A recording on a disk: a single file, or the segment files of a run, also of one that is still running. */
export interface Recording {
  readonly header: RecordingHeader
  /** In the order they are read. */
  readonly files: readonly string[]
  /** How the last complete reading ended; null before one. */
  readonly end: RecordingEnd | null
  /**
   * All entries, read as they are asked for; returns `end`. Where ticks are missing there is a gap, whoever noticed it. A
   * segment that is cut or damaged ends there, and the next one goes on with its checkpoint. Throws `RecordingError` when
   * the file system refuses.
   */
  entries(): Generator<RecordingEntry, RecordingEnd>
}

/** A file, or the folder of a run. Throws `RecordingError`. */
export function openRecording(path: string): Recording {
  const files = filesOf(path)
  let refusal: RecordingError | null = null
  for (const file of files) {
    try {
      return new FileRecording(headerOf(file), files)
    } catch (error) {
      // Each segment has the header: any of them will do.
      refusal ??= error instanceof RecordingError ? error : unreadable(file, error)
    }
  }
  throw refusal ?? new RecordingError('not_a_recording', `There are no segment files (000001.wkr …) in ${path}.`)
}

class FileRecording implements Recording {
  readonly header: RecordingHeader
  readonly files: readonly string[]
  end: RecordingEnd | null = null

  constructor(header: RecordingHeader, files: readonly string[]) {
    this.header = header
    this.files = files
  }

  *entries(): Generator<RecordingEntry, RecordingEnd> {
    this.end = yield* withGaps(this.#everything())
    return this.end
  }

  *#everything(): Generator<RecordingEntry, RecordingEnd> {
    let truncated = false
    let corrupt: string | null = null
    for (const file of this.files) {
      const end = yield* entriesOfFile(file)
      truncated ||= end.truncated
      if (end.corrupt !== null) corrupt ??= `${file}: ${end.corrupt}`
    }
    return { truncated, corrupt }
  }
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path)
      .flatMap((name) => {
        const number = segmentNumberOf(name)
        return number === null ? [] : [{ number, file: join(path, name) }]
      })
      .sort((a, b) => a.number - b.number)
      .map(({ file }) => file)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function headerOf(file: string): RecordingHeader {
  const source = new FileSource(file)
  try {
    return decodeHeader(source).header
  } finally {
    source.close()
  }
}

function* entriesOfFile(file: string): Generator<RecordingEntry, RecordingEnd> {
  let source: FileSource | null = null
  try {
    source = new FileSource(file)
    return yield* entriesOf(source)
  } catch (error) {
    // Deleted since the recording was opened, as a running node does with its oldest.
    if ((error as { readonly code?: string }).code === 'ENOENT') return { truncated: false, corrupt: null }
    if (!(error instanceof RecordingError)) throw unreadable(file, error)
    return error.reason === 'header_cut'
      ? { truncated: true, corrupt: null }
      : { truncated: false, corrupt: error.message }
  } finally {
    source?.close()
  }
}

/** Says where ticks are missing and nobody has said so: lost chunks, lost segments. */
function* withGaps(entries: Generator<RecordingEntry, RecordingEnd>): Generator<RecordingEntry, RecordingEnd> {
  let newestTick: number | null = null
  try {
    for (;;) {
      const next = entries.next()
      if (next.done === true) return next.value
      const entry = next.value
      // A checkpoint is the state after its tick, so it goes with the tick before it or with itself alone.
      const follows = entry.kind === 'checkpoint' ? entry.tick : entry.tick - 1
      if (newestTick !== null && entry.kind !== 'gap' && follows > newestTick)
        yield { kind: 'gap', tick: newestTick + 1 }
      newestTick = entry.kind === 'gap' ? null : entry.tick
      yield entry
    }
  } finally {
    // Whoever stops reading early leaves no file open.
    entries.return({ truncated: false, corrupt: null })
  }
}

function unreadable(path: string, cause: unknown): RecordingError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RecordingError('unreadable', `${path} cannot be read: ${why}`, { cause })
}
