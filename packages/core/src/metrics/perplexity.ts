import { OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { sameShape } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import { where } from '../tensor/combine.ts'
import { valueOf } from '../tensor/methods/handle.ts'
import { requireFloat } from '../tensor/operand.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Counts, Sums } from './accumulators.ts'
import { targetsOf } from './classification.ts'
import { Metric } from './metric.ts'

export interface PerplexityOptions {
  /** The target that does not count: padding, say. Default null: all count. */
  readonly ignoreIndex?: number | null
}

/**
 * e to the mean cross-entropy of a sequence's tokens: how many choices there are at each, as the model sees it.
 *
 * Updates take logits, floats `[batch, length, vocabulary]`, and tokens, integers `[batch, length]`.
 */
export class Perplexity extends Metric {
  readonly #ignoreIndex: number | null

  /** @throws OutOfRangeError when `ignoreIndex` is no whole number */
  constructor({ ignoreIndex = null }: PerplexityOptions = {}) {
    super([new Sums(), new Counts()])
    if (ignoreIndex !== null && !Number.isInteger(ignoreIndex)) {
      throw new OutOfRangeError(`Perplexity: ignoreIndex is a whole number, got ${ignoreIndex}`)
    }
    this.#ignoreIndex = ignoreIndex
  }

  /**
   * @param preds - `[…, vocabulary]`
   * @param target - `[…]`
   * @throws ShapeError, DTypeError or OutOfRangeError when they do not fit
   */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    const logits = valueOf('Perplexity', preds, 'a tensor preds')
    requireFloat('Perplexity', logits)
    const { shape } = valueOf('Perplexity', target, 'a tensor target').spec
    const vocabulary = logits.spec.shape.at(-1) ?? 0
    if (vocabulary === 0 || !sameShape(logits.spec.shape, [...shape, vocabulary])) {
      throw new ShapeError(
        `Perplexity: takes logits […, vocabulary] and tokens […], got ${formatShape(logits.spec.shape)} and ${formatShape(shape)}`,
      )
    }
    const { target: tokens, isCounted } = targetsOf('Perplexity', target, vocabulary, this.#ignoreIndex)
    const logProbabilities = preds.to(preds.dtype === 'float64' ? 'float64' : 'float32').logSoftmax(-1)
    const ofTokens = logProbabilities.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return [where(isCounted, ofTokens, 0).sum().neg(), isCounted.to('int32').sum()]
  }

  protected finish([sum, count]: readonly Tensor[]): Tensor {
    return sum!.to('float32').div(count!.to('float32')).exp()
  }
}
