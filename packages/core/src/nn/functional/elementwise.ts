import { cast } from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import type { Value } from '../../graph/value.ts'
import { toFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'

/** A function of floats, computed in float32 for half types as PyTorch does; integers are taken as float32. */
export function floatFunction(x: Tensor, f: (x: Value) => Value): Tensor {
  const float = toFloat(x.value)
  return new Tensor(cast(f(wide(float)), float.spec.dtype))
}
