import {
  broadcastTo,
  cast,
  div,
  equal,
  fullLike,
  indexAdd,
  indexSelect,
  literal,
  literalLike,
  reshape,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'
import { wide } from './statistics.ts'

export interface EmbeddingAttributes {
  /** A row that gets no gradient; −1 for none. */
  readonly paddingIdx: number
  /** Whether a row's gradient is divided by how often the row was taken. */
  readonly scaleGradByFreq: boolean
}

/** `[…indices]` so that it broadcasts against rows `[…indices, dim]`. */
function alongRows(x: Value): Value {
  return reshape(x, [...x.spec.shape, 1])
}

/** For each index how often it is among them. */
function frequencies(indices: Value, choices: number): Value {
  const flat = reshape(indices, [indices.spec.size])
  const counts = indexAdd(zeros([choices]), flat, fullLike(cast(flat, 'float32'), 1), 0)
  return indexSelect(counts, indices, 0)
}

function zeros(shape: readonly number[]): Value {
  return broadcastTo(literal(0, 'float32'), shape)
}

/** `[table, indices]`: the rows of a table `[choices, dim]` at int32 indices of any shape. */
export const embeddingOp: Composite<EmbeddingAttributes> = defineComposite({
  name: 'embedding',
  decompose: ([table, indices]) => [indexSelect(table!, indices!, 0)],
  vjp: ({ inputs, cotangents, attributes: { paddingIdx, scaleGradByFreq } }) => {
    const [table, indices] = [inputs[0]!, inputs[1]!]
    const g = cotangents[0]!
    const isPadding = () => alongRows(equal(indices, literalLike(indices, paddingIdx)))
    const learned = paddingIdx === -1 ? g : where(isPadding(), literalLike(g, 0), g)
    const share = () => alongRows(cast(frequencies(indices, table.spec.shape[0]!), wide(g).spec.dtype))
    const scaled = scaleGradByFreq ? cast(div(wide(learned), share()), g.spec.dtype) : learned
    return [indexAdd(fullLike(table, 0), indices, scaled, 0), null]
  },
})

export function embedding(table: Value, indices: Value, { paddingIdx, scaleGradByFreq }: EmbeddingAttributes): Value {
  return recordOne(embeddingOp, [table, indices], { paddingIdx, scaleGradByFreq })
}
