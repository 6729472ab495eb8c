import type { Accelerator } from '@voltaic/core'
import type { HostTensor, Value } from '@voltaic/core/graph'
import { numbersOf } from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { expectClose, type OpKind, sizeOfTerms } from '../../../core/test/support/tolerance.ts'
import { device } from './device.ts'

/** Zeros for subnormal numbers, which a device may flush. */
function withoutSubnormals(tensor: HostTensor): HostTensor {
  const { dtype, data } = tensor
  if (dtype !== 'float32') return tensor
  return { ...tensor, data: Float32Array.from(data, (x) => (Math.abs(x) < 2 ** -126 ? 0 : x)) }
}

/** Expects that the device gives what the reference gives, within what `kind` allows for the dtype of each output. */
export async function expectLikeReference(
  outputs: readonly Value[],
  kind: OpKind,
  on: Accelerator = device,
): Promise<void> {
  const expected = await runValues(outputs)
  const actual = await runValues(outputs, on)
  const flush = on.capabilities.numerics.subnormals === 'flush' ? withoutSubnormals : (tensor: HostTensor) => tensor
  for (const [i, output] of actual.entries()) {
    const numbers = numbersOf(flush(expected[i]!))
    expectClose(flush(output), numbers, kind, sizeOfTerms(numbers))
  }
}
