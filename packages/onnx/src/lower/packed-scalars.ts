import type { DType } from '@voltaic/core'
import type { ValueId } from '@voltaic/core/graph'
import { elementTypeOf } from '../model/element-type.ts'
import type { ModelBuilder } from '../model/model-builder.ts'
import type { GraphPart } from './graph-part.ts'
import type { PartValues } from './part-values.ts'

/** One input of a model that carries all runtime scalars of a dtype, as a vector in the order of `ids`. */
export interface PackedScalars {
  readonly name: string
  readonly dtype: DType
  readonly ids: readonly ValueId[]
}

/** Inputs for the scalars of a part. A vector and a Split cost a third of what an input a scalar does. */
export function bindScalars(b: ModelBuilder, { values, scalars }: GraphPart, bound: PartValues): PackedScalars[] {
  const dtypes = new Set(scalars.map((id) => values[id]!.dtype))
  return [...dtypes].map((dtype) => {
    const ids = scalars.filter((id) => values[id]!.dtype === dtype)
    const name = `scalars_${dtype}`
    const type = elementTypeOf(dtype)
    const vector = b.input(name, { type, shape: [ids.length] })
    const one = { type, shape: [1] }
    const parts =
      ids.length === 1
        ? [vector]
        : b.ops(
            'Split',
            [vector],
            ids.map(() => one),
            {
              attributes: { axis: 0, num_outputs: ids.length },
            },
          )
    for (const [i, id] of ids.entries()) bound.bind(id, parts[i]!)
    return { name, dtype, ids }
  })
}
