import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../../src/errors/errors.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { ReLU } from '../../../src/nn/activations.ts'
import { BatchNorm2d } from '../../../src/nn/batch-norm.ts'
import { Conv2d } from '../../../src/nn/conv.ts'
import { ConvTranspose2d } from '../../../src/nn/conv-transpose.ts'
import { Dropout } from '../../../src/nn/dropout.ts'
import { Flatten } from '../../../src/nn/flatten.ts'
import { Linear } from '../../../src/nn/linear.ts'
import { Module } from '../../../src/nn/module.ts'
import { LSTM } from '../../../src/nn/recurrent/lstm.ts'
import { Sequential } from '../../../src/nn/sequential.ts'
import { shortNumber } from '../../../src/nn/summary/describe-summary.ts'
import { summarize } from '../../../src/nn/summary/summarize.ts'
import { MultiheadAttention } from '../../../src/nn/transformer/multihead-attention.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const image = zeros([2, 1, 6, 6])

function network(): Sequential {
  return new Sequential(new Conv2d(1, 3, 3), new BatchNorm2d(3), new ReLU(), new Flatten(), new Linear(48, 2))
}

test('modules have their class, parameters, shapes and work', () => {
  const { rows, totalParameters, trainableParameters, bytes, totalFlops } = summarize(network(), {
    exampleInput: image,
  })
  const conv = 2 * (2 * 3 * 4 * 4) * 9
  const linear = 2 * 2 * 48 * 2
  expect(rows).toEqual([
    { name: '0', type: 'Conv2d', parameters: 30, inputs: [[2, 1, 6, 6]], outputs: [[2, 3, 4, 4]], flops: conv },
    { name: '1', type: 'BatchNorm2d', parameters: 6, inputs: [[2, 3, 4, 4]], outputs: [[2, 3, 4, 4]], flops: 0 },
    { name: '2', type: 'ReLU', parameters: 0, inputs: [[2, 3, 4, 4]], outputs: [[2, 3, 4, 4]], flops: 0 },
    { name: '3', type: 'Flatten', parameters: 0, inputs: [[2, 3, 4, 4]], outputs: [[2, 48]], flops: 0 },
    { name: '4', type: 'Linear', parameters: 98, inputs: [[2, 48]], outputs: [[2, 2]], flops: linear },
  ])
  expect([totalParameters, trainableParameters, totalFlops]).toEqual([134, 134, conv + linear])
  expect(bytes).toBe(4 * (134 + 3 + 3 + 1))
})

test('without an example there are no shapes', () => {
  const { rows, totalFlops } = summarize(network())
  expect(rows[0]).toEqual({ name: '0', type: 'Conv2d', parameters: 30, inputs: null, outputs: null, flops: null })
  expect(totalFlops).toBeNull()
})

describe('the work of', () => {
  const flopsOf = (module: Module, ...shapes: number[][]) =>
    summarize(module, { exampleInput: shapes.map((shape) => zeros(shape)) }).totalFlops

  test.each<[what: string, module: Module, shapes: number[][], flops: number]>([
    ['a transposed convolution is that of its input', new ConvTranspose2d(2, 3, 2), [[1, 2, 4, 4]], 2 * 32 * 3 * 4],
    ['grouped channels is shared', new Conv2d(4, 4, 1, { groups: 2 }), [[1, 4, 2, 2]], 2 * 16 * 2],
    [
      'an LSTM adds up over time',
      new LSTM(4, 5),
      [[3, 2, 4]],
      // Four gates, from input and state, for 2 samples and 3 times.
      2 * 4 * 5 * (4 + 5) * 2 * 3,
    ],
    [
      'attention is four projections, two products, and one for the weights that it returns',
      new MultiheadAttention(8, 2, { batchFirst: true }),
      [
        [1, 6, 8],
        [1, 6, 8],
        [1, 6, 8],
      ],
      4 * (2 * 6 * 8 * 8) + 3 * (2 * 2 * 6 * 6 * 4),
    ],
  ])('%s', (_, module, shapes, flops) => {
    expect(flopsOf(module, ...shapes)).toBe(flops)
  })
})

test('a module that is called twice works twice, and one that is not is marked', () => {
  class Twice extends Module {
    readonly layer = new Linear(3, 3)
    readonly idle = new Linear(3, 3)

    forward(x: Tensor): Tensor {
      return this.layer.forward(this.layer.forward(x))
    }
  }
  const { rows, describe } = summarize(new Twice(), { exampleInput: hostTensor(new Float32Array(3), [1, 3]) })
  expect(rows.map(({ flops }) => flops)).toEqual([36, null])
  expect(describe()).toContain('idle   Linear          12      ?  ?       ?')
})

test('shared and frozen parameters are counted as they are', () => {
  const [a, b] = [new Linear(4, 4, { bias: false }), new Linear(4, 4, { bias: false })]
  b.freeze()
  const { totalParameters, trainableParameters } = summarize(new Sequential(a, a, b))
  expect([totalParameters, trainableParameters]).toEqual([32, 16])
})

test('the depth says which modules are shown', () => {
  const nested = new Sequential(new Sequential(new Linear(2, 2), new Sequential(new ReLU())))
  const names = (maxDepth: number) => summarize(nested, { maxDepth }).rows.map(({ name }) => name)
  expect(names(0)).toEqual([])
  expect(names(1)).toEqual(['0'])
  expect(names(2)).toEqual(['0', '0.0', '0.1'])
  expect(names(-1)).toEqual(['0', '0.0', '0.1', '0.1.0'])
  expect(() => summarize(nested, { maxDepth: -2 })).toThrow(OutOfRangeError)
})

test('the module stays as it was: modes, hooks and random numbers', () => {
  const net = new Sequential(new Dropout(0.5), new Linear(3, 3))
  net.children()[1]!.training = false
  const { forward } = net
  summarize(net, { exampleInput: zeros([1, 3]) })
  expect(net.modules().map(({ training }) => training)).toEqual([true, true, false])
  expect(net.forward).toBe(forward)
})

test('the table has the totals below', () => {
  const net = network()
  net.children()[4]!.freeze()
  expect(summarize(net, { exampleInput: image }).describe().split('\n')).toEqual([
    'name  type         parameters   FLOPs  in            out',
    '----  -----------  ----------  ------  ------------  ------------',
    '0     Conv2d               30  1.73 k  [2, 1, 6, 6]  [2, 3, 4, 4]',
    '1     BatchNorm2d           6       0  [2, 3, 4, 4]  [2, 3, 4, 4]',
    '2     ReLU                  0       0  [2, 3, 4, 4]  [2, 3, 4, 4]',
    '3     Flatten               0       0  [2, 3, 4, 4]  [2, 48]',
    '4     Linear               98     384  [2, 48]       [2, 2]',
    '',
    '36 trainable parameters',
    '98 frozen parameters',
    '564 B of parameters and buffers',
    '2.11 k FLOPs in a forward pass',
  ])
})

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1.00 k'],
  [999_400, '999 k'],
  [999_600, '1.00 M'],
  [12_345_678, '12.3 M'],
  [5e18, '5.00e+3 P'],
])('%d is shown as %s', (x, text) => {
  expect(shortNumber(x)).toBe(text)
})
