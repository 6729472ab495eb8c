import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { stopGradient } from '../../graph/alias.ts'
import {
  broadcastTo,
  cast,
  div,
  equal,
  gather,
  less,
  literal,
  literalLike,
  maximum,
  mul,
  not,
  reshape,
  where,
} from '../../graph/build.ts'
import { embedding } from '../../graph/composites/embedding.ts'
import { lowestLike } from '../../graph/composites/lowest-like.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { dataOnHost } from '../../tensor/host-data.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { type Bags, bagsAt, equalBags } from './bags.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkTable, paddingRow } from './embedding.ts'
import { int32Indices } from './indices.ts'

/** What becomes of the rows of a bag. */
export type BagMode = 'sum' | 'mean' | 'max'

export interface EmbeddingBagInputs {
  /** Where each bag begins among flat indices: integers `[bags]`, ascending from 0. Default null, for indices `[bags, n]`. */
  readonly offsets?: Tensor | null
  /** Default `mean`. */
  readonly mode?: BagMode
  /** Factors of the rows, shaped as the indices; for `sum` alone. Default null: 1. */
  readonly perSampleWeights?: Tensor | null
  /** A row that counts in no bag and gets no gradient; negative ones count from the end. Default null: none. */
  readonly paddingIdx?: number | null
  /** Whether the offsets end with where the last bag ends: one more than there are bags. Default false. */
  readonly includeLastOffset?: boolean
  /** Whether a row's gradient is divided by how often the row was taken; not for `max`. Default false. */
  readonly scaleGradByFreq?: boolean
}

const indexWords = { who: 'embeddingBag', one: 'index', many: 'indices', choices: 'embeddings' }
const offsetWords = { who: 'embeddingBag', one: 'offset', many: 'offsets', choices: 'places' }

/**
 * Sum, mean or largest of the rows of `weight` in each bag of indices; of an empty bag 0. The gradient of a largest goes to
 * the first of equals.
 *
 * @param indices - integers `[bags, n]`, or flat with `offsets`
 * @param weight - `[numEmbeddings, embeddingDim]`
 * @returns `[bags, embeddingDim]`
 * @throws ShapeError when the indices are neither, or the weights are not shaped as they
 * @throws OutOfRangeError when an index is none of a row or the offsets do not ascend; only host data is checked
 * @throws MisconfigurationError when options do not go together
 */
export function embeddingBag(indices: Tensor, weight: Tensor, options: EmbeddingBagInputs = {}): Tensor {
  const { offsets = null, perSampleWeights = null, paddingIdx = null, scaleGradByFreq = false } = options
  const mode = checkMode('embeddingBag', options)
  checkTable('embeddingBag', weight)
  checkWeights(mode, indices, weight, perSampleWeights)
  const bags = bagsOf(indices, offsets, options.includeLastOffset ?? false)
  const flat = reshape(indices.value, [indices.numel])
  const found = int32Indices(flat, weight.shape[0]!, indexWords)
  const padding = paddingRow('embeddingBag', paddingIdx, weight.shape[0]!)
  const counts = padding === -1 ? null : column(not(equal(found, literal(padding, 'int32'))))
  const rows = wide(embedding(weight.value, found, { paddingIdx: padding, scaleGradByFreq }))
  const weighted = perSampleWeights === null ? rows : mul(rows, column(wide(perSampleWeights.value)))
  const reduced = mode === 'max' ? largest(rows, bags, counts) : total(weighted, bags, { counts, mode })
  return new Tensor(cast(reduced, weight.dtype))
}

/** @throws MisconfigurationError for a mode that there is not, or one that an option does not go with */
export function checkMode(who: string, { mode = 'mean', scaleGradByFreq = false }: EmbeddingBagInputs): BagMode {
  if (mode !== 'sum' && mode !== 'mean' && mode !== 'max') {
    throw new MisconfigurationError(`${who}: the mode is 'sum', 'mean' or 'max', got ${JSON.stringify(mode)}`)
  }
  if (mode === 'max' && scaleGradByFreq) {
    throw new MisconfigurationError(`${who}: scaleGradByFreq goes with sums and means, got mode 'max'`)
  }
  return mode
}

function checkWeights(mode: BagMode, indices: Tensor, weight: Tensor, perSampleWeights: Tensor | null): void {
  if (perSampleWeights === null) return
  if (mode !== 'sum') {
    throw new MisconfigurationError(`embeddingBag: perSampleWeights go with mode 'sum', got mode '${mode}'`)
  }
  if (!sameShape(perSampleWeights.shape, indices.shape)) {
    throw new ShapeError(
      `embeddingBag: perSampleWeights are shaped as the indices, got ${formatShape(perSampleWeights.shape)} for ${formatShape(indices.shape)}`,
    )
  }
  checkSameDType('embeddingBag', perSampleWeights, weight)
}

function bagsOf(indices: Tensor, offsets: Tensor | null, includeLastOffset: boolean): Bags {
  if (indices.ndim === 2) {
    if (offsets !== null) {
      throw new MisconfigurationError(
        `embeddingBag: offsets go with flat indices, got indices ${formatShape(indices.shape)}; flatten() them`,
      )
    }
    return equalBags(indices.shape[0]!, indices.shape[1]!)
  }
  if (indices.ndim !== 1) {
    throw new ShapeError(`embeddingBag: takes indices [bags, n] or flat ones, got ${formatShape(indices.shape)}`)
  }
  if (offsets === null || offsets.ndim !== 1) {
    const got = offsets === null ? 'none' : formatShape(offsets.shape)
    throw new ShapeError(`embeddingBag: flat indices need offsets [bags], got ${got}`)
  }
  const count = offsets.numel - (includeLastOffset ? 1 : 0)
  if (count < 0) {
    throw new ShapeError('embeddingBag: offsets with the last one are at least one, got none')
  }
  checkAscending(offsets)
  return bagsAt(int32Indices(offsets.value, indices.numel + 1, offsetWords), count, indices.numel)
}

function checkAscending(offsets: Tensor): void {
  const data = dataOnHost(offsets.value)
  for (let i = 0; i < (data?.length ?? 0); i++) {
    const least = i === 0 ? 0 : data![i - 1]!
    if (i === 0 ? data![i] === 0 : data![i]! >= least) continue
    throw new OutOfRangeError(
      `embeddingBag: offsets begin with 0 and ascend, got ${data![i]} at position ${i}${i === 0 ? '' : ` after ${least}`}`,
    )
  }
}

/** `[rows]` so that it broadcasts against rows. */
function column(x: Value): Value {
  return reshape(x, [x.spec.size, 1])
}

interface Totals {
  /** Which rows count, `[rows, 1]`; null: all. */
  readonly counts: Value | null
  readonly mode: BagMode
}

function total(rows: Value, bags: Bags, { counts, mode }: Totals): Value {
  const counted = counts === null ? rows : where(counts, rows, literalLike(rows, 0))
  const sums = bags.sum(counted)
  if (mode === 'sum') return sums
  return div(sums, maximum(sizesOf(bags, rows, counts), literalLike(sums, 1)))
}

/** How many rows count in each bag, `[count, 1]`. */
function sizesOf(bags: Bags, rows: Value, counts: Value | null): Value {
  const { dtype, shape } = rows.spec
  return bags.sum(counts === null ? broadcastTo(literal(1, dtype), [shape[0]!, 1]) : cast(counts, dtype))
}

function largest(rows: Value, bags: Bags, counts: Value | null): Value {
  const zero = literalLike(rows, 0)
  const lowest = lowestLike(rows)
  if (rows.spec.shape[0] === 0) return bags.sum(rows)
  const candidates = stopGradient(counts === null ? rows : where(counts, rows, lowest))
  const found = gather(rows, bags.firstLargest(candidates), 0)
  return where(less(zero, sizesOf(bags, rows, counts)), found, zero)
}
