import * as build from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import type { Parameter } from '../../tensor/parameter.ts'

/** Parameters as one long row `[1, n]`, in their order. */
export class FlatParameters {
  readonly #parameters: readonly Parameter[]
  /** Elements of all. */
  readonly size: number

  constructor(parameters: readonly Parameter[]) {
    this.#parameters = parameters
    this.size = parameters.reduce((sum, { numel }) => sum + numel, 0)
  }

  get values(): Value {
    return row(this.#parameters.map(({ value }) => value))
  }

  /** Zeros where there is no gradient. */
  get gradients(): Value {
    return row(this.#parameters.map(({ gradient, value }) => gradient.value ?? build.fullLike(value, 0)))
  }

  assign(values: Value): void {
    let start = 0
    for (const { slot, shape, numel } of this.#parameters) {
      slot.value = build.reshape(build.sliceAxis(values, 1, start, start + numel), shape)
      start += numel
    }
  }
}

function row(values: readonly Value[]): Value {
  const rows = values.map((value) => build.reshape(value, [1, value.spec.size]))
  return rows.length === 1 ? rows[0]! : build.concat(rows, 1)
}
