import { hostTensor, randn, TensorDataset } from '@voltaic/core'

/** The standard deviation of a cluster. */
const spread = 0.05

/** The centres of the eight clusters: on the unit circle, at equal distances. */
const centres: readonly (readonly [x: number, y: number])[] = Array.from({ length: 8 }, (_, i) => {
  const angle = (Math.PI / 4) * i
  return [Math.cos(angle), Math.sin(angle)]
})

/** `count` points, as many about each centre. */
export async function ringOfClusters(count: number): Promise<TensorDataset<'point'>> {
  const points = await randn([count, 2]).mul(spread).data()
  for (let i = 0; i < points.length; i++) points[i]! += centres[(i >> 1) % centres.length]![i % 2]!
  return new TensorDataset({ point: hostTensor(points, [count, 2]) })
}

/** How well points lie on the ring. */
export interface Coverage {
  /** Share of the points that are within three standard deviations of a centre. */
  readonly near: number
  /** How many of them are near each centre. */
  readonly counts: readonly number[]
}

/** @param points - x and y in turn */
export function coverageOf(points: ArrayLike<number>): Coverage {
  const counts = centres.map(() => 0)
  for (let i = 0; i < points.length; i += 2) {
    const k = centres.findIndex(([x, y]) => Math.hypot(points[i]! - x, points[i + 1]! - y) < 3 * spread)
    if (k >= 0) counts[k]!++
  }
  return { near: counts.reduce((sum, count) => sum + count) / (points.length / 2), counts }
}
