import { type DType, primitiveNames } from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { SeededTensors } from '../../core/test/support/host-tensors.ts'
import { primitiveCases, takes } from '../../core/test/support/primitive-cases.ts'
import { runValues } from '../../core/test/support/run-values.ts'
import { tfDTypeNumbers } from '../src/binding/tf-dtype.ts'
import { cuda } from '../src/index.ts'
import { rawAttributes } from '../src/program/raw-attributes.ts'
import { StrictBinding, tfjsOn } from './support/strict-binding.ts'

const dtypes: readonly DType[] = [
  ...(['float32', 'float64', 'float16', 'bfloat16'] as const),
  ...(['int32', 'uint32', 'uint8', 'bool'] as const),
]

const taken = primitiveNames.flatMap((op) => dtypes.filter((dtype) => takes(op, dtype)).map((dtype) => ({ op, dtype })))

test.each(taken)(
  '$op on $dtype makes only calls that TensorFlow takes, and frees all that they make',
  async (taken) => {
    const binding = new StrictBinding()
    const device = cuda({ tfjs: tfjsOn(binding), allowCpu: true })
    const { cases } = primitiveCases[taken.op]
    const outputs = [...cases(new SeededTensors(1), taken.dtype)].flat()
    const results = await runValues(outputs, device)
    for (const [i, { data, dtype }] of results.entries()) {
      expect([dtype, data.length]).toEqual([outputs[i]!.spec.dtype, outputs[i]!.spec.size])
    }
    expect(binding.count).toBe(0)
  },
)

describe('the double refuses', () => {
  const binding = new StrictBinding()
  const float = () => binding.createTensor([2], tfDTypeNumbers.float, new Float32Array(2))
  const call = (name: string, attributes: Parameters<typeof rawAttributes>[2], inputs: number[], outputs = 1) =>
    binding.executeOp(name, rawAttributes(binding, name, attributes), inputs, outputs)

  test('typed arrays of another dtype or length', () => {
    expect(() => binding.createTensor([2], tfDTypeNumbers.double, new Float32Array(2))).toThrow(/type does not match/)
    expect(() => binding.createTensor([3], tfDTypeNumbers.float, new Float32Array(2))).toThrow(/Shape does not match/)
  })

  test('handles that are gone', () => {
    const id = float()
    binding.deleteTensor(id)
    expect(() => binding.deleteTensor(id)).toThrow(/not referenced/)
    expect(() => call('Neg', { T: 'float' }, [id])).toThrow(/not referenced/)
    expect(() => binding.tensorDataSync(id)).toThrow(/not referenced/)
  })

  test('dtypes, attributes, shapes and counts that do not fit', () => {
    expect(() => call('Neg', { T: 'double' }, [float()])).toThrow(/input 0 is double, got float/)
    expect(() => call('Neg', { T: 'bool' }, [float()])).toThrow(/attribute T cannot be "bool"/)
    expect(() => binding.executeOp('Neg', [], [float()], 1)).toThrow(/attribute T is missing/)
    expect(() => call('AddV2', { T: 'float' }, [float()])).toThrow(/takes 2 input/)
    expect(() => call('Neg', { T: 'float' }, [float()], 2)).toThrow(/1 outputs, got 2/)
    const three = binding.createTensor([3], tfDTypeNumbers.float, new Float32Array(3))
    expect(() => call('AddV2', { T: 'float' }, [float(), three])).toThrow(/do not broadcast/)
    expect(() => binding.executeOp('NoSuchOp', [], [], 1)).toThrow(/no such op/)
  })

  test('an attribute of another kind, which the addon would ignore', () => {
    const attribute = { name: 'T', type: binding.TF_ATTR_INT, value: 1 }
    expect(() => binding.executeOp('Neg', [attribute], [float()], 1)).toThrow(/T has kind/)
  })

  test('a dtype that the addon cannot read', () => {
    const bytes = binding.createTensor([2], tfDTypeNumbers.uint8, new Uint8Array(2))
    expect(() => binding.tensorDataSync(bytes)).toThrow(/Unhandled/)
  })

  test('data that was changed after it was handed over', () => {
    const data = new Float32Array(2)
    const id = binding.createTensor([2], tfDTypeNumbers.float, data)
    data[0] = 1
    expect(() => binding.tensorDataSync(id)).toThrow(/was changed/)
  })
})
