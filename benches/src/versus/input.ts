/** An input as it travels to the peers: a direction in hundredths, two bytes. */
export function encodeInput(x: number, z: number): Uint8Array {
  return Uint8Array.of(Math.round(x * 100) & 0xff, Math.round(z * 100) & 0xff)
}

export function decodeInput(bytes: Uint8Array): readonly [number, number] {
  return [((bytes[0] as number) << 24) / (100 << 24), ((bytes[1] as number) << 24) / (100 << 24)]
}
