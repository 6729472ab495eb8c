import { MisconfigurationError } from '../errors/errors.ts'
import { read } from '../tensor/flush.ts'
import { decodeNumber, type NestedArray, toNested } from '../tensor/host.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { LoopContext } from './loop-context.ts'
import { mapTensors } from './step-output.ts'

/** Outputs of the batches of an epoch, for the hook at its end. They stay on the device until then. */
export class EpochOutputs {
  readonly #outputs: unknown[] = []

  /** Keeps what hooks got of a batch. */
  add(outputs: unknown): void {
    this.#outputs.push(mapTensors(outputs, (tensor) => tensor.keep()))
  }

  /** What was kept so far, to be saved. */
  get kept(): readonly unknown[] {
    return [...this.#outputs]
  }

  /** Goes on with outputs that were saved. */
  restore(outputs: readonly unknown[]): void {
    this.#outputs.push(...outputs)
  }

  /** All outputs on the host: a scalar as a number, other tensors as nested arrays. They are forgotten here. */
  async toHost(): Promise<unknown[]> {
    const tensors: Tensor[] = []
    mapTensors(this.#outputs, (tensor) => tensors.push(tensor))
    const data = await read(tensors.map(({ value }) => value))
    let next = 0
    const onHost = mapTensors(this.#outputs, ({ value: { spec } }): NestedArray => {
      const array = data[next++]!
      return spec.rank === 0 ? decodeNumber(array[0]!, spec.dtype) : toNested(array, spec)
    })
    for (const tensor of tensors) tensor.dispose()
    this.#outputs.length = 0
    return onHost as unknown[]
  }
}

/**
 * Outputs as the hook of several optimizers gets them: by optimizer, then by batch.
 *
 * @param outputs - by batch, then by optimizer
 */
export function byOptimizer(outputs: readonly unknown[], count: number): unknown[] {
  return Array.from({ length: count }, (_, i) =>
    outputs.flatMap((ofBatch) => {
      const ofOptimizer = (ofBatch as readonly unknown[])[i]
      return ofOptimizer === undefined ? [] : [ofOptimizer]
    }),
  )
}

/**
 * Calls the module's hook of the epoch's outputs, if it has one.
 *
 * @throws MisconfigurationError when it returns something: nobody would read it
 */
export async function endEpoch(
  { module, metrics }: LoopContext,
  hook: 'trainingEpochEnd' | 'validationEpochEnd',
  outputs: unknown[] | null,
): Promise<void> {
  if (outputs === null) return
  const returned: unknown = await metrics.at(hook, () => module[hook]?.(outputs))
  if (returned === undefined) return
  throw new MisconfigurationError(`${hook}: returns nothing, got ${typeof returned}; log what should be kept`)
}
