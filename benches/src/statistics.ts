/** Of sorted values, the smallest that `percent` of them do not exceed; 0 of none. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    50,
  )
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
