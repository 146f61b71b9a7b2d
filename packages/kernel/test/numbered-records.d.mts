import type { ByteWriter } from '../src/bytes/byte-writer.ts'
import type { RingReader } from '../src/ring/ring-reader.ts'

export declare function bodyBytes(number: number): number
export declare function writeRecord(record: ByteWriter, number: number): void
export declare function checkRecord(reader: RingReader, expected: number): string | null
