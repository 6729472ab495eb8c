import { DTypeError } from '../../errors/errors.ts'
import { formatSpec } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** Refuses an input in another dtype than a layer's parameters. @throws DTypeError */
export function checkSameDType(who: string, x: Tensor, weight: Tensor): void {
  if (x.dtype !== weight.dtype) {
    throw new DTypeError(
      `${who}: input and weight have one dtype, got ${formatSpec(x.value.spec)} and ${formatSpec(weight.value.spec)}; cast the input, to('${weight.dtype}')`,
    )
  }
}
