import type { ReactNode } from 'react'

const widthPx = 148
const heightPx = 26
/** Quiet connections should look quiet: the scale never shows less than this. */
const scaleMin = 20

/** The course of a number, without axes: the panel beside it has the value. */
export function Sparkline(props: { readonly values: readonly number[]; readonly label: string }): ReactNode {
  const { values, label } = props
  const scale = Math.max(scaleMin, ...values)
  const stepPx = widthPx / Math.max(1, values.length - 1)
  const points = values.map((value, index) => {
    const y = heightPx - 2 - (value / scale) * (heightPx - 4)
    return `${(index * stepPx).toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg className="sparkline" viewBox={`0 0 ${widthPx} ${heightPx}`} role="img" aria-label={label}>
      <title>{label}</title>
      <polyline points={points.join(' ')} />
    </svg>
  )
}
