import type { Value } from '@voltaic/core/graph'
import { expect } from 'vitest'
import { numbersOf } from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { expectClose, type OpKind, sizeOfTerms } from '../../../core/test/support/tolerance.ts'
import { onnxAccelerator } from './onnx-accelerator.ts'

/** Expects ONNX Runtime to give for every output what the reference gives. */
export async function expectAgreement(outputs: readonly Value[], kind: OpKind): Promise<void> {
  expect(outputs.length).toBeGreaterThan(0)
  const expected = await runValues(outputs)
  const actual = await runValues(outputs, onnxAccelerator())
  for (const [i, result] of actual.entries()) {
    const numbers = numbersOf(expected[i]!)
    expectClose(result, numbers, kind, sizeOfTerms(numbers))
  }
}
