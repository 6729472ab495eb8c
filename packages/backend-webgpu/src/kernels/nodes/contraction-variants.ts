import type { KernelLimits } from '../lowering.ts'

/** How a contraction is computed. `k` is cut into `parts` of `partLength`, which are added up afterwards where there are several. */
export type ContractionVariant = { readonly parts: number; readonly partLength: number } & (
  | { readonly kind: 'serial' }
  | { readonly kind: 'tiled'; readonly tileM: number; readonly tileN: number; readonly tileK: number }
)

/** The sizes of a contraction. */
export interface ContractionShape {
  readonly batch: number
  readonly m: number
  readonly n: number
  readonly k: number
}

/** Tiles of outputs, and what a multiplication costs in each, all filled: larger ones load less for each. */
const tiles = [
  { tileM: 64, tileN: 64, tileK: 16, cost: 1 },
  { tileM: 32, tileN: 64, tileK: 16, cost: 1.25 },
  { tileM: 64, tileN: 32, tileK: 16, cost: 1.25 },
  { tileM: 32, tileN: 32, tileK: 32, cost: 1.5 },
  { tileM: 16, tileN: 64, tileK: 32, cost: 1.8 },
  { tileM: 64, tileN: 16, tileK: 32, cost: 1.8 },
  { tileM: 16, tileN: 16, tileK: 32, cost: 2.5 },
] as const

const SERIAL_COST = 8
/** Workgroups that fill a device; fewer leave parts of it idle. */
const ENOUGH_GROUPS = 64
const LEAST_PART = 256

/**
 * The cheapest variant by a small table: padded work times the cost of a multiplication, more where too few workgroups are
 * there for the device.
 */
export function chooseContraction({ batch, m, n, k }: ContractionShape, limits: KernelLimits): ContractionVariant {
  const outputs = batch * m * n
  let best: Candidate = { variant: { kind: 'serial' }, cost: outputs * SERIAL_COST, groups: Math.ceil(outputs / 64) }
  best = { ...best, cost: best.cost * idle(best.groups, k) }
  for (const { cost, ...tile } of tiles) {
    const { tileM, tileN, tileK } = tile
    if ((tileM * tileN) / 16 > limits.maxThreads || tileK * (tileM + tileN) * 4 > limits.maxSharedBytes) continue
    const [tilesM, tilesN] = [Math.ceil(m / tileM), Math.ceil(n / tileN)]
    const groups = batch * tilesM * tilesN
    const padded = (groups * tileM * tileN * (Math.ceil(k / tileK) * tileK)) / Math.max(1, k)
    const total = padded * cost * idle(groups, k)
    if (total < best.cost) best = { variant: { kind: 'tiled', ...tile }, cost: total, groups }
  }
  const parts =
    best.groups >= ENOUGH_GROUPS
      ? 1
      : Math.max(1, Math.min(Math.floor(k / LEAST_PART), Math.ceil(ENOUGH_GROUPS / best.groups)))
  return { ...best.variant, parts, partLength: Math.ceil(k / parts) }
}

type Tile = Omit<(typeof tiles)[number], 'cost'>

interface Candidate {
  readonly variant: { readonly kind: 'serial' } | ({ readonly kind: 'tiled' } & Tile)
  readonly cost: number
  readonly groups: number
}

/** What the same work costs more with few workgroups; cutting `k` makes more of them. */
function idle(groups: number, k: number): number {
  const possible = groups * Math.max(1, Math.floor(k / LEAST_PART))
  return Math.max(1, ENOUGH_GROUPS / 4 / possible)
}
