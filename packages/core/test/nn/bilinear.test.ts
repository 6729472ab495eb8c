import { expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../src/errors/errors.ts'
import { Bilinear } from '../../src/nn/bilinear.ts'
import { bilinear } from '../../src/nn/functional/bilinear.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-similarity.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients } from './support.ts'

const random = new SeededTensors(6)

test('bilinear is a form in both inputs for each output', async () => {
  const [a, b, w, c] = [[2, 3, 4], [2, 3, 2], [5, 4, 2], [5]].map((shape) => random.tensor('float64', shape))
  const [atA, atB, atW, atC] = [a!, b!, w!, c!].map(reader)
  const expected = fromFormula([2, 3, 5], ([n, m, o]) => {
    const form = total([4, 2], ([i, j]) => atA!([n!, m!, i!]) * atW!([o!, i!, j!]) * atB!([n!, m!, j!]))
    return form + atC!([o!])
  })
  await expectForward((a, b, w, c) => bilinear(a!, b!, w!, c!), [a!, b!, w!, c!], expected)
  await expectGradients((a, b, w, c) => bilinear(a!, b!, w!, c!), [a!, b!, w!, c!])
})

test('bilinear takes vectors alone, and none', () => {
  expect(bilinear(zeros([4]), zeros([2]), zeros([5, 4, 2])).shape).toEqual([5])
  expect(bilinear(zeros([0, 4]), zeros([0, 2]), zeros([5, 4, 2]), zeros([5])).shape).toEqual([0, 5])
})

test('bilinear adds up half types in float32', async () => {
  const half = { dtype: 'float16' } as const
  const y = bilinear(tensor([256], half), tensor([256, -256], half), tensor([[[1, 0.5]]], half))
  // Both products are beyond half precision.
  expect([y.dtype, await y.array()]).toEqual(['float16', [32768]])
})

test('bilinear can be differentiated twice', async () => {
  const inputs = [
    [2, 3],
    [2, 2],
    [2, 3, 2],
  ].map((shape) => random.tensor('float64', shape))
  await expectGradients((a, b, w) => bilinear(a!, b!, w!), inputs, { twice: true })
})

test.each<[string, () => unknown, Error]>([
  [
    'other features',
    () => bilinear(zeros([3, 4]), zeros([3, 3]), zeros([5, 4, 2])),
    new ShapeError(
      'bilinear: takes […, in1Features], […, in2Features] and a weight [outFeatures, in1Features, in2Features], got [3, 4], [3, 3] and [5, 4, 2]',
    ),
  ],
  [
    'batches that differ, which would broadcast',
    () => bilinear(zeros([3, 4]), zeros([1, 2]), zeros([5, 4, 2])),
    new ShapeError(
      'bilinear: takes […, in1Features], […, in2Features] and a weight [outFeatures, in1Features, in2Features], got [3, 4], [1, 2] and [5, 4, 2]',
    ),
  ],
  [
    'a scalar',
    () => bilinear(zeros([]), zeros([2]), zeros([5, 4, 2])),
    new ShapeError(
      'bilinear: takes […, in1Features], […, in2Features] and a weight [outFeatures, in1Features, in2Features], got [], [2] and [5, 4, 2]',
    ),
  ],
  [
    'a bias for other features',
    () => bilinear(zeros([4]), zeros([2]), zeros([5, 4, 2]), zeros([1])),
    new ShapeError('bilinear: the bias has the shape [5], got [1]'),
  ],
  [
    'another dtype',
    () => bilinear(zeros([4]), zeros([2], { dtype: 'float64' }), zeros([5, 4, 2])),
    new DTypeError(
      "bilinear: input and weight have one dtype, got float64[2] and float32[5, 4, 2]; cast the input, to('float32')",
    ),
  ],
])('bilinear refuses %s', (_, run, error) => {
  expect(run).toThrow(error)
})

test('Bilinear has PyTorch’s parameters, which begin uniform up to 1/√in1Features', async () => {
  const layer = new Bilinear(16, 10, 40)
  expect(layer.namedParameters().map(([name, { shape }]) => [name, shape])).toEqual([
    ['weight', [40, 16, 10]],
    ['bias', [40]],
  ])
  const largest = (numbers: Iterable<number>) => Math.max(...Array.from(numbers, Math.abs))
  expect(largest(await layer.weight.data())).toBeLessThanOrEqual(0.25)
  expect(largest(await layer.weight.data())).toBeGreaterThan(0.249)
  expect(largest(await layer.bias!.data())).toBeLessThanOrEqual(0.25)
  expect(largest(await layer.bias!.data())).toBeGreaterThan(0.2)
  expect(new Bilinear(1, 1, 1, { bias: false }).bias).toBeNull()
})

test('Bilinear has PyTorch’s numbers', async () => {
  const module = new Bilinear(3, 4, 2, { dtype: 'float64' })
  await expectRecorded(recorded, 'Bilinear', (a, b) => module.forward(a!, b!), { module })
  const more = new Bilinear(2, 3, 2, { bias: false, dtype: 'float64' })
  await expectRecorded(recorded, 'Bilinear of more dimensions', (a, b) => more.forward(a!, b!), { module: more })
})
