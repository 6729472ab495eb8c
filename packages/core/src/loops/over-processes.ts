import { MisconfigurationError } from '../errors/errors.ts'
import { tensor } from '../tensor/creation.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { LogFlags, LoggedValue } from './logged-value.ts'

/** The other processes of a run, as metrics know them. */
export interface Processes {
  readonly worldSize: number
  /** The mean of each tensor over all processes. */
  allReduce(tensors: readonly Tensor[]): Promise<Tensor[]>
}

/** @throws MisconfigurationError for a reduction that several processes cannot do together */
export function checkSync(name: string, { syncDist, onEpoch, reduceFx }: LogFlags, { worldSize }: Processes): void {
  if (!syncDist || !onEpoch || worldSize === 1 || reduceFx === 'mean' || reduceFx === 'sum') return
  throw new MisconfigurationError(
    `log: over several processes there are means and sums, got reduceFx "${reduceFx}" with syncDist for "${name}"; leave syncDist out`,
  )
}

/**
 * Epoch values of metrics over all processes, where they ask for it.
 *
 * @param totals - what was read for each value
 */
export async function overProcesses(
  values: readonly LoggedValue[],
  totals: readonly number[],
  { worldSize, allReduce }: Processes,
): Promise<number[]> {
  const synced = values.filter(({ flags }) => flags.syncDist)
  if (worldSize === 1 || synced.length === 0) return values.map((value, i) => value.epochValue(totals[i]!))
  const parts = synced.map((value) => tensor([totals[values.indexOf(value)]!, value.weight], { dtype: 'float64' }))
  const means = await Promise.all((await allReduce(parts)).map((part) => part.data()))
  return values.map((value, i) => {
    const mean = means[synced.indexOf(value)]
    if (mean === undefined) return value.epochValue(totals[i]!)
    // Sums over all processes, of which a mean's weights are one.
    return value.flags.reduceFx === 'mean' ? Number(mean[0]) / Number(mean[1]) : Number(mean[0]) * worldSize
  })
}
