import { noGrad } from '../../autograd/no-grad.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { vectorNorm } from '../../graph/composites/vector-norm.ts'
import { numberValue } from '../../graph/record.ts'
import type { Value } from '../../graph/value.ts'
import type { Parameter } from '../../tensor/parameter.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { checkNumber } from './check-option.ts'
import { int32Indices } from './indices.ts'

const indexWords = { one: 'index', many: 'indices', choices: 'embeddings' }

/** How long the rows of a table may be. */
export interface MaxNormOptions {
  /** Rows that are taken are first shortened to this norm, in the table itself; null (default) for no limit. */
  readonly maxNorm?: number | null
  /** Exponent of the norm, > 0; Infinity for the largest element. Default 2. */
  readonly normType?: number
}

/** @throws OutOfRangeError when a norm or its exponent is not positive */
export function checkMaxNorm(who: string, { maxNorm = null, normType = 2 }: MaxNormOptions): void {
  if (maxNorm !== null) checkNumber(who, 'maxNorm', maxNorm, maxNorm > 0, 'a number > 0')
  if (normType !== Number.POSITIVE_INFINITY) checkNumber(who, 'normType', normType, normType > 0, 'a number > 0')
}

/**
 * Shortens the rows of `table` at `indices` that are too long, to maxNorm·norm / (norm + 10⁻⁷) as in PyTorch.
 *
 * @throws OutOfRangeError when an index of host data is none of a row
 */
export function renormalize(
  who: string,
  table: Parameter,
  indices: Tensor,
  { maxNorm = null, normType = 2 }: MaxNormOptions,
): void {
  if (maxNorm === null || table.numel === 0) return
  const taken = int32Indices(indices.value, table.shape[0]!, { who, ...indexWords })
  noGrad(() => {
    const rows = wide(table.value)
    const norms = normsOf(rows, normType)
    const limit = numberValue(maxNorm, rows.spec.dtype)
    const isTooLong = build.and(isTaken(taken, table.shape[0]!), build.less(limit, norms))
    const shorter = build.mul(rows, build.div(limit, build.add(norms, build.literalLike(norms, 1e-7))))
    table.assign(new Tensor(build.cast(build.where(isTooLong, shorter, rows), table.dtype)))
  })
}

/** Which rows are among the indices, `[choices, 1]`. */
function isTaken(indices: Value, choices: number): Value {
  const flat = build.reshape(indices, [indices.spec.size])
  const never = build.broadcastTo(build.literal(0, 'int32'), [choices])
  const counts = build.indexAdd(never, flat, build.fullLike(flat, 1), 0)
  return build.reshape(build.cast(counts, 'bool'), [choices, 1])
}

function normsOf(rows: Value, p: number): Value {
  return p === Number.POSITIVE_INFINITY
    ? build.max(build.abs(rows), [1], true)
    : vectorNorm(rows, { axes: [1], keepDims: true, p })
}
