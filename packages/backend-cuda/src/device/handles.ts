import { AcceleratorError } from '@voltaic/core'
import type { Binding, RawAttribute, RawOutput } from '../binding/binding.ts'
import { type TfDType, tfDTypeNumbers } from '../binding/tf-dtype.ts'
import type { Shape } from '../ops/op-definition.ts'
import type { TensorData } from '../program/program.ts'

/**
 * The one way to TensorFlow's handles: every handle that is made is counted until it is freed, and who frees one that is
 * gone hears of it.
 */
export class Handles {
  readonly #binding: Binding
  readonly #live: Set<number> = new Set()

  constructor(binding: Binding) {
    this.#binding = binding
  }

  /** Handles that were made and not freed. */
  get count(): number {
    return this.#live.size
  }

  get binding(): Binding {
    return this.#binding
  }

  /** A tensor of `data`, which TensorFlow takes over: nobody may write to it any more. */
  create(data: TensorData, dtype: TfDType, shape: Shape): number {
    const id = this.#binding.createTensor(shape, tfDTypeNumbers[dtype], data)
    this.#live.add(id)
    return id
  }

  execute(
    name: string,
    attributes: readonly RawAttribute[],
    inputs: readonly number[],
    outputCount: number,
  ): readonly RawOutput[] {
    const outputs = this.#binding.executeOp(name, attributes, inputs, outputCount)
    for (let i = 0; i < outputCount; i++) this.#live.add(outputs[i]!.id)
    return outputs
  }

  read(id: number): TensorData {
    return this.#binding.tensorDataSync(id)
  }

  /** @throws AcceleratorError when the handle is gone already */
  free(id: number): void {
    if (!this.#live.delete(id)) throw new AcceleratorError(`cuda: handle ${id} was freed twice`)
    this.#binding.deleteTensor(id)
  }
}
