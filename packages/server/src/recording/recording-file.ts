import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'

/**
 * One recording file that grows chunk by chunk. Throws what the file system throws; after that nothing but `abandon`.
 *
 * Nothing is synced to the disk: what is written survives `kill -9` of the process, because the system has it, and is lost
 * in part by a power cut. A recording is for looking at what happened, not for keeping the world.
 */
export class RecordingFile {
  readonly path: string
  /** Whole chunks, and the header. */
  byteLength: number
  readonly #file: number

  private constructor(path: string, file: number, byteLength: number) {
    this.path = path
    this.#file = file
    this.byteLength = byteLength
  }

  /** Starts anew, over what may be there. Only its owner can read it: inputs are in it. */
  static create(path: string, header: Uint8Array): RecordingFile {
    const created = new RecordingFile(path, openSync(path, 'w', 0o600), 0)
    try {
      created.append(header)
    } catch (error) {
      created.abandon()
      throw error
    }
    return created
  }

  /** Goes on behind the last whole chunk. */
  static reopen(path: string, byteLength: number): RecordingFile {
    const reopened = new RecordingFile(path, openSync(path, 'r+'), byteLength)
    try {
      if (fstatSync(reopened.#file).size < byteLength) throw new Error(`somebody has cut ${path}`)
      ftruncateSync(reopened.#file, byteLength)
    } catch (error) {
      reopened.abandon()
      throw error
    }
    return reopened
  }

  /** All of it, in one write unless the system takes less at once. */
  append(bytes: Uint8Array): void {
    // A file that was deleted can still be written to, and nobody would ever read it.
    if (fstatSync(this.#file).nlink === 0) throw new Error(`${this.path} has been deleted`)
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(this.#file, bytes, done, bytes.byteLength - done, this.byteLength + done)
    }
    this.byteLength += bytes.byteLength
  }

  /** Never throws: a disk that has lost something at the very end is found out by whoever reads. */
  close(): void {
    try {
      closeSync(this.#file)
    } catch {
      // There is nothing left to do with this file.
    }
  }

  /** After a failure: takes back a part of a chunk where that is possible, and closes. Never throws. */
  abandon(): void {
    try {
      ftruncateSync(this.#file, this.byteLength)
    } catch {
      // Then the file ends with a chunk that is not whole, which every reader can take.
    }
    this.close()
  }
}
