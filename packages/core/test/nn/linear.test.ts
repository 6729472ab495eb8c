import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../src/errors/errors.ts'
import { linear } from '../../src/nn/functional/linear.ts'
import { Linear } from '../../src/nn/linear.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import { expectForward, expectGradients } from './support.ts'

const random = new SeededTensors(3)
const [w, b] = [random.tensor('float64', [3, 4]), random.tensor('float64', [3])]

describe('linear', () => {
  test.each([[[4]], [[2, 4]], [[2, 5, 4]], [[0, 4]], [[2, 0, 4]]])('of %j is x·Wᵀ + b in each row', async (shape) => {
    const x = random.tensor('float64', shape)
    const [atX, atW, atB] = [reader(x), reader(w), reader(b)]
    const expected = fromFormula([...shape.slice(0, -1), 3], (index) => {
      const [row, o] = [index.slice(0, -1), index.at(-1)!]
      return atB([o]) + total([4], ([i]) => atX([...row, i!]) * atW([o, i!]))
    })
    await expectForward(linear, [x, w, b], expected)
  })

  test('has the gradients of central differences, also twice', async () => {
    await expectGradients(linear, [random.tensor('float64', [2, 3, 4]), w, b], { twice: true })
  })

  test('leaves the bias out when there is none', async () => {
    const y = linear(tensor([[1, 2]]), tensor([[3, 4]]))
    expect(await y.array()).toEqual([[11]])
  })

  test('is one product, whatever the rank', () => {
    const y = linear(zeros([2, 3, 4]), zeros([5, 4]))
    expect(y.shape).toEqual([2, 3, 5])
    expect(y.value.node.inputs[0]!.node.op.name).toBe('matmul')
  })

  test('names the shapes that do not match', () => {
    expect(() => linear(zeros([32, 12]), zeros([10, 4]))).toThrow(
      new ShapeError(
        'linear: the last dimension of the input is that of the weight, got [32, 12] for a weight [10, 4]',
      ),
    )
    expect(() => linear(zeros([]), zeros([10, 4]))).toThrow(ShapeError)
  })

  test('names the dtypes that differ, and the cast', () => {
    expect(() => linear(zeros([2, 4], { dtype: 'uint8' }), zeros([3, 4]))).toThrow(
      new DTypeError(
        "linear: input and weight have one dtype, got uint8[2, 4] and float32[3, 4]; cast the input, to('float32')",
      ),
    )
  })
})

describe('Linear', () => {
  test('has PyTorch’s parameters', () => {
    const layer = new Linear(4, 3)
    const shapes = layer.namedParameters().map(([name, { shape, dtype }]) => [name, shape, dtype])
    expect(shapes).toEqual([
      ['weight', [3, 4], 'float32'],
      ['bias', [3], 'float32'],
    ])
    expect(new Linear(4, 3, { bias: false }).namedParameters().map(([name]) => name)).toEqual(['weight'])
    expect(new Linear(4, 3, { dtype: 'float64' }).bias!.dtype).toBe('float64')
  })

  test('applies them', async () => {
    const layer = new Linear(2, 1)
    layer.weight.assign(tensor([[2, 3]]))
    layer.bias!.assign(tensor([10]))
    expect(
      await layer
        .forward(
          tensor([
            [1, 1],
            [0, 2],
          ]),
        )
        .array(),
    ).toEqual([[15], [16]])
  })

  test('gives its parameters gradients', async () => {
    const layer = new Linear(2, 1)
    layer
      .forward(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      )
      .sum()
      .backward()
    expect(await layer.weight.grad!.array()).toEqual([[4, 6]])
    expect(await layer.bias!.grad!.array()).toEqual([2])
  })
})
