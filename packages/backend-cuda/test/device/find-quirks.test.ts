import { expect, test } from 'vitest'
import type { Binding, RawOutput } from '../../src/binding/binding.ts'
import { bindingOf, loadTfjs } from '../../src/binding/load-tfjs.ts'
import { findQuirks } from '../../src/device/find-quirks.ts'
import { Handles } from '../../src/device/handles.ts'
import { StrictBinding } from '../support/strict-binding.ts'
import { missing, tensorflow } from '../support/tensorflow.ts'

test('finding quirks leaves no handles behind', () => {
  const binding = new StrictBinding()
  findQuirks(new Handles(binding))
  expect(binding.count).toBe(0)
})

test.skipIf(missing)("TensorFlow 1.15's kernels for the CPU have these", async () => {
  const handles = new Handles(bindingOf(await loadTfjs({ from: tensorflow() })))
  expect(findQuirks(handles)).toEqual({
    sqrtOfInfinity: true,
    sigmoidVanishes: true,
    reluOfNan: false,
    channelsFirst: false,
    silentIndices: false,
    halfSums: true,
  })
  expect(handles.count).toBe(0)
})

test('convolutions with channels first that give something else are not taken', () => {
  /** Numbers that differ after a convolution with channels first. */
  class Wrong extends StrictBinding {
    override executeOp(...call: Parameters<Binding['executeOp']>): readonly RawOutput[] {
      const outputs = super.executeOp(...call)
      if (call[0] === 'Conv2D' && call[1].some(({ value }) => value === 'NCHW')) this.#wrong = true
      return outputs
    }

    #wrong = false

    override tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
      const data = super.tensorDataSync(id)
      return this.#wrong ? data.fill(this.reads) : data
    }
  }
  expect(findQuirks(new Handles(new StrictBinding())).channelsFirst).toBe(true)
  expect(findQuirks(new Handles(new Wrong())).channelsFirst).toBe(false)
})
