import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { cosineSimilarity, pairwiseDistance } from '../../src/nn/functional/similarity.ts'
import { CosineSimilarity, PairwiseDistance } from '../../src/nn/similarity.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-similarity.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients } from './support.ts'

const random = new SeededTensors(3)

describe('cosineSimilarity', () => {
  test('is the cosine of the angle', async () => {
    const [x, y] = [
      tensor([
        [3, 0],
        [1, 1],
        [1, 2],
      ]),
      tensor([
        [5, 0],
        [1, -1],
        [-2, -4],
      ]),
    ]
    const cosines = await cosineSimilarity(x, y).data()
    for (const [i, expected] of [1, 0, -1].entries()) expect(cosines[i]).toBeCloseTo(expected, 6)
  })

  test('broadcasts, and goes along any dimension', async () => {
    const [x, y] = [random.tensor('float64', [2, 3, 2]), random.tensor('float64', [3, 1])]
    expect(cosineSimilarity(zeros([2, 3, 2]), zeros([3, 1])).shape).toEqual([2, 2])
    await expectGradients((x, y) => cosineSimilarity(x!, y!), [x, y], { twice: true })
    await expectGradients((x) => cosineSimilarity(x!, x!.flip(0), { dim: -1 }), [x])
  })

  test('is 0 for a vector of zeros, whose gradient is finite', async () => {
    const x = tensor([[0, 0]], { requiresGrad: true, dtype: 'float64' })
    const y = cosineSimilarity(x, tensor([[3, 4]], { dtype: 'float64' }), { eps: 0.1 })
    y.sum().backward()
    expect(await y.array()).toEqual([0])
    const [first, second] = await x.grad!.data()
    expect(first).toBeCloseTo(6, 12)
    expect(second).toBeCloseTo(8, 12)
  })

  test('divides by no less than eps', async () => {
    const x = tensor([[0.03, 0.04]], { dtype: 'float64' })
    const y = tensor([[3, 4]], { dtype: 'float64' })
    expect((await cosineSimilarity(x, y, { eps: 0.1 }).data())[0]).toBeCloseTo(0.5, 12)
  })

  test('neither overflows nor underflows', async () => {
    const x = tensor([
      [3e30, 4e30],
      [3e-30, 4e-30],
    ])
    expect(Array.from(await cosineSimilarity(x, x, { eps: 1e-35 }).data(), (c) => c.toFixed(5))).toEqual([
      '1.00000',
      '1.00000',
    ])
    const halves = tensor([[300, 400]], { dtype: 'float16' })
    expect(await cosineSimilarity(halves, halves).array()).toEqual([1])
  })

  test('takes no vectors as well', () => {
    expect(cosineSimilarity(zeros([0, 3]), zeros([0, 3])).shape).toEqual([0])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'shapes that do not broadcast',
      () => cosineSimilarity(zeros([2, 3]), zeros([3, 3])),
      new ShapeError('cosineSimilarity: shapes do not broadcast, got [2, 3] and [3, 3]; dimensions must be equal or 1'),
    ],
    [
      'a dimension that is none',
      () => cosineSimilarity(zeros([3]), zeros([3])),
      new OutOfRangeError('cosineSimilarity: no such axis in a tensor of 1 dimensions, got 1'),
    ],
    [
      'a negative eps',
      () => cosineSimilarity(zeros([1, 3]), zeros([1, 3]), { eps: -1 }),
      new OutOfRangeError('cosineSimilarity: eps is a number ≥ 0, got -1'),
    ],
    [
      'integers',
      () => cosineSimilarity(zeros([1, 3]), zeros([1, 3], { dtype: 'int32' })),
      new DTypeError("cosineSimilarity: takes floats, got int32; cast it first, to('float32')"),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

describe('pairwiseDistance', () => {
  test.each<[p: number, expected: number]>([
    [2, 5],
    [1, 7],
    [0, 2],
    [Number.POSITIVE_INFINITY, 4],
    [3, Math.cbrt(91)],
  ])('is the norm of the difference, p = %d', async (p, expected) => {
    const [x, y] = [tensor([1, 2, 3], { dtype: 'float64' }), tensor([4, 2, -1], { dtype: 'float64' })]
    expect(await pairwiseDistance(x, y, { p, eps: 0 }).item()).toBeCloseTo(expected, 12)
    expect(pairwiseDistance(x, y, { p, keepDim: true }).shape).toEqual([1])
  })

  test.each([1, 2, 3.5, Number.POSITIVE_INFINITY])('has the gradients of central differences, p = %d', async (p) => {
    const [x, y] = [random.distinct('float64', [2, 1, 3]), random.distinct('float64', [2, 3])]
    await expectGradients((x, y) => pairwiseDistance(x!, y!, { p, eps: 0.3 }), [x, y])
  })

  test('of equal vectors has no gradient', async () => {
    const x = tensor([[1, 2]], { requiresGrad: true })
    const y = pairwiseDistance(x, x.detach(), { eps: 0 })
    y.sum().backward()
    expect([await y.array(), await x.grad!.array()]).toEqual([[0], [[0, 0]]])
  })

  test('takes no vectors as well', () => {
    expect(pairwiseDistance(zeros([0, 3]), zeros([3])).shape).toEqual([0])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'shapes that do not broadcast',
      () => pairwiseDistance(zeros([2, 3]), zeros([2])),
      new ShapeError('pairwiseDistance: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'scalars',
      () => pairwiseDistance(zeros([]), zeros([])),
      new ShapeError('pairwiseDistance: takes vectors […, features], got scalars'),
    ],
    [
      'a norm that is none',
      () => pairwiseDistance(zeros([3]), zeros([3]), { p: -1 }),
      new OutOfRangeError('pairwiseDistance: p is a number ≥ 0, or Infinity, got -1'),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

test('the layers have PyTorch’s numbers', async () => {
  const cosine = new CosineSimilarity()
  await expectRecorded(recorded, 'CosineSimilarity', (x, y) => cosine.forward(x!, y!))
  const last = new CosineSimilarity({ dim: -1 })
  await expectRecorded(recorded, 'CosineSimilarity, broadcast', (x, y) => last.forward(x!, y!))
  const euclidean = new PairwiseDistance()
  await expectRecorded(recorded, 'PairwiseDistance', (x, y) => euclidean.forward(x!, y!))
  for (const [name, p] of [
    ['1', 1],
    ['3.5', 3.5],
    ['inf', Number.POSITIVE_INFINITY],
    ['0', 0],
  ] as const) {
    const layer = new PairwiseDistance({ p, eps: 0.25, keepDim: true })
    await expectRecorded(recorded, `PairwiseDistance, p ${name}`, (x, y) => layer.forward(x!, y!))
  }
})
