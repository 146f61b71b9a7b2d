import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** The bytes of one recording file, wherever they are. */
export interface RecordingSource {
  /** For messages. */
  readonly name: string
  readonly byteLength: number
  /** Fewer than asked for at the end. */
  read(position: number, byteLength: number): Uint8Array
}

export function sourceOf(bytes: Uint8Array): RecordingSource {
  return {
    name: 'this',
    byteLength: bytes.byteLength,
    read: (position, byteLength) => bytes.subarray(position, position + byteLength),
  }
}

/** A file, read piece by piece. Throws what the file system throws. */
export class FileSource implements RecordingSource {
  readonly name: string
  /** As it was when it was opened: what a living node adds meanwhile is not seen. */
  readonly byteLength: number
  readonly #file: number

  constructor(path: string) {
    this.name = path
    this.#file = openSync(path, 'r')
    this.byteLength = fstatSync(this.#file).size
  }

  read(position: number, byteLength: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(byteLength, this.byteLength - position)))
    let done = 0
    while (done < bytes.byteLength) {
      const count = readSync(this.#file, bytes, done, bytes.byteLength - done, position + done)
      if (count === 0) break
      done += count
    }
    return bytes.subarray(0, done)
  }

  close(): void {
    closeSync(this.#file)
  }
}
