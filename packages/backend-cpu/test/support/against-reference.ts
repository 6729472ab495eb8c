import type { Value } from '@voltaic/core/graph'
import { numbersOf } from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { expectClose, type OpKind, sizeOfTerms } from '../../../core/test/support/tolerance.ts'
import { cpu } from '../../src/index.ts'

/** One accelerator for a test file: setting one up reserves memory. */
export const device = cpu({ threads: 2, memoryBytes: 2 ** 28 })

/** Expects that the CPU gives what the reference gives, within what `kind` allows for the dtype of each output. */
export async function expectLikeReference(outputs: readonly Value[], kind: OpKind): Promise<void> {
  const expected = await runValues(outputs)
  const actual = await runValues(outputs, device)
  for (const [i, output] of actual.entries()) {
    const numbers = numbersOf(expected[i]!)
    expectClose(output, numbers, kind, sizeOfTerms(numbers))
  }
}
