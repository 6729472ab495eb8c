import * as build from '@voltaic/core/graph'
import { buildGraph, capture, scalarValue, type Value } from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { leafOf, SeededTensors, tensorOf } from '../../../core/test/support/host-tensors.ts'
import { formatModel, lowerGraph, opTypesOf } from '../../src/index.ts'
import { expectAgreement } from '../support/agreement.ts'

const random = new SeededTensors()
const input = (...shape: number[]) => leafOf(random.tensor('float32', shape))
const literal = (x: number) => build.literal(x, 'float32')

function modelOf(...outputs: Value[]) {
  return lowerGraph(buildGraph(capture(outputs)).graph).model
}

describe('a matrix product', () => {
  test('is one Gemm with its transpositions', () => {
    const y = build.matmul(input(3, 4), input(5, 3), { transposeA: true, transposeB: true })
    expect(formatModel(modelOf(y)).split('\n')[1]).toBe('v2 = Gemm(v0, v1) {transA: 1, transB: 1}')
  })

  test('takes the row that is added to it, on either side, broadcast or not', async () => {
    const [x, w, bias] = [input(4, 3), input(3, 5), input(5)]
    const sums = [
      build.add(build.matmul(x, w), bias),
      build.add(build.broadcastTo(bias, [4, 5]), build.matmul(x, w)),
      build.add(build.matmul(x, w), build.reshape(bias, [1, 5])),
    ]
    for (const y of sums) {
      expect(opTypesOf(modelOf(y)).filter((op) => op !== 'Reshape')).toEqual(['Gemm'])
      await expectAgreement([y], 'accumulation')
    }
  })

  test('keeps out what is no row, and a product that others read', () => {
    const [x, w] = [input(4, 3), input(3, 5)]
    const product = build.matmul(x, w)
    expect(opTypesOf(modelOf(build.add(build.matmul(x, w), input(4, 1))))).toEqual(['Gemm', 'Add'])
    expect(opTypesOf(modelOf(build.add(build.matmul(x, w), input(2, 4, 5))))).toEqual(['Gemm', 'Add'])
    expect(opTypesOf(modelOf(build.add(product, input(5)), build.exp(product)))).toEqual(['Gemm', 'Exp', 'Add'])
    expect(opTypesOf(modelOf(build.add(product, input(5)), product))).toEqual(['Gemm', 'Add'])
  })

  test('of a batch with one matrix is one Gemm, bias included', async () => {
    const y = build.add(build.matmul(input(2, 4, 3), input(3, 5)), input(5))
    expect(opTypesOf(modelOf(y))).toEqual(['Reshape', 'Gemm', 'Reshape'])
    await expectAgreement([y], 'accumulation')
  })

  test('takes in a permutation of its last two dimensions', async () => {
    const [x, w] = [input(4, 3), input(5, 3)]
    const y = build.matmul(x, build.transposeLast(w))
    expect(opTypesOf(modelOf(y))).toEqual(['Gemm'])
    const z = build.matmul(build.transposeLast(input(2, 3, 4)), input(2, 3, 5))
    expect(opTypesOf(modelOf(z))).toEqual(['FusedMatMul'])
    await expectAgreement([y, z], 'accumulation')
  })

  test('summed over its batch is one Gemm', async () => {
    const [x, g] = [input(2, 4, 3), input(2, 4, 5)]
    const gradient = build.sum(build.matmul(x, g, { transposeA: true }), [0])
    expect(opTypesOf(modelOf(gradient))).toEqual(['Reshape', 'Reshape', 'Gemm'])
    await expectAgreement([gradient], 'accumulation')
    const other = build.sum(build.matmul(input(2, 3, 4), g), [0])
    expect(opTypesOf(modelOf(other))).toEqual(['MatMul', 'ReduceSum'])
    const kept = build.sum(build.matmul(x, g, { transposeA: true }), [0], true)
    await expectAgreement([kept], 'accumulation')
  })
})

describe('a convolution', () => {
  const attributes = {
    stride: [1, 1],
    padding: [
      [1, 1],
      [1, 1],
    ],
    dilation: [1, 1],
    groups: 1,
  } as const

  test('takes the number a channel that is added to it', async () => {
    const [x, w, bias] = [input(2, 3, 4, 4), input(5, 3, 3, 3), input(5, 1, 1)]
    const y = build.add(bias, build.conv(x, w, attributes))
    expect(opTypesOf(modelOf(y))).toEqual(['Reshape', 'Conv'])
    await expectAgreement([y], 'accumulation')
  })

  test('keeps out what varies otherwise', () => {
    const [x, w] = [input(2, 3, 4, 4), input(4, 3, 3, 3)]
    expect(opTypesOf(modelOf(build.add(build.conv(x, w, attributes), input(4))))).toEqual(['Conv', 'Add'])
    expect(opTypesOf(modelOf(build.add(build.conv(x, w, attributes), input(2, 1, 1, 1))))).toEqual(['Conv', 'Add'])
  })
})

describe('a broadcast', () => {
  test('of a literal is never written out for elementwise ops', async () => {
    const x = input(4, 3)
    const y = build.mul(x, build.fullLike(x, 0.5))
    expect(formatModel(modelOf(y)).split('\n')[1]).toBe('v3 = Mul(v0, 0.5)')
    await expectAgreement([y], 'exact')
  })

  test('stays small through elementwise ops, and is written out where it is read whole', async () => {
    const row = build.broadcastTo(input(3), [4, 3])
    const y = build.exp(build.mul(row, literal(2)))
    expect(opTypesOf(modelOf(y))).toEqual(['Mul', 'Exp', 'Expand'])
    const total = build.sum(y, [1])
    expect(opTypesOf(modelOf(total))).toEqual(['Mul', 'Exp', 'Expand', 'ReduceSum'])
    await expectAgreement([y, total], 'accumulation')
  })

  test('that is an output is written out', async () => {
    const y = build.broadcastTo(input(3, 1), [2, 3, 4])
    expect(opTypesOf(modelOf(y))).toEqual(['Expand'])
    await expectAgreement([y, build.fullLike(y, 7)], 'exact')
  })
})

describe('padded strips', () => {
  const strips = () =>
    [
      build.pad(input(2, 3), [
        [0, 0],
        [0, 4],
      ]),
      build.pad(input(2, 2), [
        [0, 0],
        [3, 2],
      ]),
      build.pad(input(2, 2), [
        [0, 0],
        [5, 0],
      ]),
    ] as const

  test('that fill an axis are a concatenation, in whatever order they are added', async () => {
    const [p, q, r] = strips()
    const y = build.add(build.add(r, p), q)
    expect(opTypesOf(modelOf(y))).toEqual(['Concat'])
    await expectAgreement([y], 'exact')
  })

  test('that leave a gap, or meet, are added', async () => {
    const [p, q, r] = strips()
    expect(opTypesOf(modelOf(build.add(p, r)))).toEqual(['Pad', 'Pad', 'Add'])
    expect(opTypesOf(modelOf(build.add(build.add(p, q), q)))).toContain('Add')
    const meeting = build.add(
      build.add(
        build.add(p, q),
        build.pad(input(2, 2), [
          [0, 0],
          [3, 2],
        ]),
      ),
      r,
    )
    expect(opTypesOf(modelOf(meeting))).toContain('Add')
    await expectAgreement([meeting, build.add(p, r)], 'accumulation')
  })
})

describe('composites that were decomposed', () => {
  test.each([
    [0, 'float32'],
    [1, 'float32'],
    [1, 'float64'],
  ] as const)('along axis %i a softmax of %s is one op again, and so is its logarithm', async (axis, dtype) => {
    const x = leafOf(random.tensor(dtype, [4, 3]))
    const z = build.sub(x, build.max(x, [axis], true))
    const e = build.exp(z)
    const softmax = build.div(e, build.sum(e, [axis], true))
    const logSoftmax = build.sub(z, build.log(build.sum(e, [axis], true)))
    expect(opTypesOf(modelOf(softmax))).toEqual(['Softmax'])
    expect(opTypesOf(modelOf(logSoftmax))).toEqual(['LogSoftmax'])
    await expectAgreement([softmax, logSoftmax], 'accumulation')
  })

  test('a quotient by another axis’s sum is no softmax', async () => {
    const e = build.exp(input(3, 3))
    const quotient = build.div(e, build.sum(e, [0, 1], true))
    expect(opTypesOf(modelOf(quotient))).not.toContain('Softmax')
    await expectAgreement([quotient], 'accumulation')
  })

  test('a maximum with 0 is a Relu, and keeps NaN', async () => {
    const x = leafOf(tensorOf([Number.NaN, -1, 2, Number.POSITIVE_INFINITY, -0, Number.NEGATIVE_INFINITY], [6]))
    const y = build.maximum(x, build.fullLike(x, 0))
    expect(opTypesOf(modelOf(y))).toEqual(['Relu'])
    await expectAgreement([y], 'exact')
  })

  test('column sums of a matrix are a product with ones', async () => {
    const x = input(40, 3)
    const sums = [build.sum(x, [0]), build.sum(x, [0], true)]
    for (const y of sums) expect(opTypesOf(modelOf(y))).toEqual(['MatMul'])
    await expectAgreement(sums, 'accumulation')
  })
})

describe('runtime scalars', () => {
  test('come packed, one input a dtype', async () => {
    const x = input(4, 3)
    const [lr, decay] = [scalarValue(0.5), scalarValue(0.25)]
    const y = build.sub(build.mul(x, build.sub(literal(1), build.mul(lr, decay))), lr)
    expect(formatModel(modelOf(y)).split('\n').slice(0, 2)).toEqual([
      'inputs  v0: float[4, 3], scalars_float32: float[2]',
      't0, t1 = Split(scalars_float32) {axis: 0, num_outputs: 2}',
    ])
    await expectAgreement([y], 'exact')
  })

  test('give results without dimensions', async () => {
    const [a, b, i] = [scalarValue(0.5), scalarValue(0.25), scalarValue(3, 'int32')]
    await expectAgreement([build.mul(a, b), build.neg(i), build.neg(a), build.broadcastTo(a, [2, 2])], 'exact')
  })
})

describe('a max pool', () => {
  const attributes = {
    kernel: [2, 2],
    stride: [2, 2],
    padding: [
      [0, 0],
      [0, 0],
    ],
  } as const

  test('is ONNX’s own where nobody reads its indices', () => {
    const [values] = build.maxPool(input(1, 2, 4, 4), attributes)
    expect(opTypesOf(modelOf(values)).slice(0, 3)).toEqual(['MaxPool', 'LeakyRelu', 'AveragePool'])
  })

  test('is the largest of its taps where somebody does', () => {
    const ops = opTypesOf(modelOf(...build.maxPool(input(1, 2, 4, 4), attributes)))
    expect(ops).not.toContain('MaxPool')
    expect(ops.filter((op) => op === 'Max')).toHaveLength(1)
  })
})

test('equal outputs under two names are copies', async () => {
  const x = input(2, 3)
  const y = build.exp(x)
  const flat = build.reshape(build.reshape(y, [3, 2]), [2, 3])
  await expectAgreement([y, flat, build.broadcastTo(x, [1, 2, 3])], 'function')
})
