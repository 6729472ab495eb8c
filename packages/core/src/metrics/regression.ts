import { ShapeError } from '../errors/errors.ts'
import { sameShape } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import { full } from '../tensor/creation.ts'
import { valueOf } from '../tensor/methods/handle.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Counts, Sums } from './accumulators.ts'
import { Metric } from './metric.ts'

export interface MeanSquaredErrorOptions {
  /** False gives its square root. Default true. */
  readonly squared?: boolean
}

/** The mean of (pred − target)² over all elements, in float32. */
export class MeanSquaredError extends Metric {
  readonly #squared: boolean

  constructor({ squared = true }: MeanSquaredErrorOptions = {}) {
    super([new Sums(), new Counts()])
    this.#squared = squared
  }

  /** @throws ShapeError when predictions and targets differ in shape */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    const difference = differenceOf('MeanSquaredError', preds, target)
    return [difference.square().sum(), countOf(difference)]
  }

  protected finish([sum, count]: readonly Tensor[]): Tensor {
    const mean = sum!.to('float32').div(count!.to('float32'))
    return this.#squared ? mean : mean.sqrt()
  }
}

/** The mean of |pred − target| over all elements, in float32. */
export class MeanAbsoluteError extends Metric {
  constructor() {
    super([new Sums(), new Counts()])
  }

  /** @throws ShapeError when predictions and targets differ in shape */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    const difference = differenceOf('MeanAbsoluteError', preds, target)
    return [difference.abs().sum(), countOf(difference)]
  }

  protected finish([sum, count]: readonly Tensor[]): Tensor {
    return sum!.to('float32').div(count!.to('float32'))
  }
}

/** In float32, or float64 if one of them is: half types and integers have no room for squares. */
function differenceOf(who: string, preds: Tensor, target: Tensor): Tensor {
  const [x, y] = [valueOf(who, preds, 'a tensor preds'), valueOf(who, target, 'a tensor target')]
  if (!sameShape(x.spec.shape, y.spec.shape)) {
    throw new ShapeError(
      `${who}: predictions and targets have one shape, got ${formatShape(x.spec.shape)} and ${formatShape(y.spec.shape)}; reshape one of them`,
    )
  }
  const dtype = [preds.dtype, target.dtype].includes('float64') ? 'float64' : 'float32'
  return preds.to(dtype).sub(target.to(dtype))
}

/** How many elements there are: 0-d int32. */
function countOf(x: Tensor): Tensor {
  return full([], x.numel, { dtype: 'int32' })
}
