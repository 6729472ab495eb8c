import { ShapeError } from '../errors/errors.ts'
import { scalarValue } from '../graph/record.ts'
import { broadcastShapes, sameShape } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import { Tensor } from '../tensor/tensor.ts'
import { Sums } from './accumulators.ts'
import { Metric } from './metric.ts'

/** The mean of whatever it is given, each element with its weight (default 1), in float32. A NaN makes it NaN. */
export class MeanMetric extends Metric<readonly [value: Tensor | number, weight?: Tensor | number]> {
  constructor() {
    super([new Sums(), new Sums()])
  }

  /**
   * @param weight - broadcasts to `value`
   * @throws ShapeError when it does not
   */
  protected measure(value: Tensor | number, weight: Tensor | number = 1): readonly Tensor[] {
    const [x, w] = [toTensor(value), toTensor(weight)]
    const met = broadcastShapes(x.shape, w.shape)
    if (met === undefined || !sameShape(met, x.shape)) {
      throw new ShapeError(
        `MeanMetric: the weight broadcasts to the value, got ${formatShape(w.shape)} for ${formatShape(x.shape)}`,
      )
    }
    return [x.mul(w).sum(), w.expand(x.shape).sum()]
  }

  protected finish([sum, weight]: readonly Tensor[]): Tensor {
    return sum!.to('float32').div(weight!.to('float32'))
  }
}

// A number that changes is a runtime scalar, and compiles nothing.
function toTensor(x: Tensor | number): Tensor {
  if (typeof x === 'number') return new Tensor(scalarValue(x))
  return x.to(x.dtype === 'float64' ? 'float64' : 'float32')
}
