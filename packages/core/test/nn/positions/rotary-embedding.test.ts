import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { applyRotary } from '../../../src/nn/functional/rotary.ts'
import { RotaryEmbedding } from '../../../src/nn/positions/rotary-embedding.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import { expectWithin } from '../../support/close.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import { broadcastReader, fromFormula } from '../../support/naive.ts'
import { expectForward, expectGradients, wave } from '../support.ts'

const random = new SeededTensors(14)
const float64 = { dtype: 'float64' } as const

describe.each([true, false])('applyRotary, interleaved %s', (interleaved) => {
  const f = (...[x, cos, sin]: Parameters<typeof applyRotary>) => applyRotary(x, cos, sin, { interleaved })

  test('turns pairs by their angles', async () => {
    const [x, cos, sin] = [
      [2, 3, 4],
      [3, 2],
      [2, 1, 2],
    ].map((shape) => random.tensor('float64', shape))
    const [atX, atCos, atSin] = [x!, cos!, sin!].map(broadcastReader)
    const expected = fromFormula([2, 3, 4], ([n, l, d]) => {
      const pair = interleaved ? Math.floor(d! / 2) : d! % 2
      const isFirst = interleaved ? d! % 2 === 0 : d! < 2
      const [first, second] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + 2]
      const [a, b] = [atX!([n!, l!, first]), atX!([n!, l!, second])]
      const [c, s] = [atCos!([n!, l!, pair]), atSin!([n!, l!, pair])]
      return isFirst ? a * c - b * s : a * s + b * c
    })
    await expectForward((x, cos, sin) => f(x!, cos!, sin!), [x!, cos!, sin!], expected)
  })

  test('has the gradients of central differences, also twice', async () => {
    const inputs = [
      [2, 3, 4],
      [3, 2],
      [3, 2],
    ].map((shape) => random.tensor('float64', shape))
    await expectGradients((x, cos, sin) => f(x!, cos!, sin!), inputs, { twice: true })
  })

  test('takes nothing', () => {
    expect(f(zeros([0, 3, 4]), zeros([3, 2]), zeros([3, 2])).shape).toEqual([0, 3, 4])
    expect(f(zeros([2, 0]), zeros([2, 0]), zeros([2, 0])).shape).toEqual([2, 0])
  })

  test('refuses odd features, other angles and other dtypes', () => {
    expect(() => f(zeros([3, 5]), zeros([3, 2]), zeros([3, 2]))).toThrow(
      new ShapeError(
        'applyRotary: takes […, D] with an even D, and cos and sin that broadcast to […, D / 2], got [3, 5], [3, 2], [3, 2]',
      ),
    )
    expect(() => f(zeros([3, 4]), zeros([3, 4]), zeros([3, 2]))).toThrow(ShapeError)
    expect(() => f(zeros([3, 4]), zeros([2, 3, 2]), zeros([3, 2]))).toThrow(ShapeError)
    expect(() => f(zeros([]), zeros([]), zeros([]))).toThrow(ShapeError)
    expect(() => f(zeros([3, 4]), zeros([3, 2], float64), zeros([3, 2]))).toThrow(DTypeError)
    const integers = zeros([3, 4], { dtype: 'int32' })
    expect(() => f(integers, integers, integers)).toThrow(DTypeError)
  })
})

describe.each([true, false])('RotaryEmbedding, interleaved %s', (interleaved) => {
  test('products depend on the distance of positions alone', async () => {
    const layer = new RotaryEmbedding(8, { interleaved, ...float64 })
    const [q, k] = [wave([8]).expand([6, 8]), wave([8], 2).expand([6, 8])]
    const products = await layer.forward(q).matmul(layer.forward(k).transpose(0, 1)).data()
    const at = (i: number, j: number) => products[6 * i + j]!
    for (const distance of [-3, 0, 2]) {
      const along = [0, 1, 2, 3, 4, 5].flatMap((i) =>
        0 <= i + distance && i + distance < 6 ? at(i, i + distance) : [],
      )
      expectWithin(along, new Array(along.length).fill(along[0]), 1e-12)
    }
    expect(Math.abs(at(3, 4) - at(3, 5))).toBeGreaterThan(1e-3)
  })

  test('pair i of position p turns by p·base^(−2i / dim)', async () => {
    const layer = new RotaryEmbedding(4, { interleaved, base: 100, ...float64 })
    // (1, 0) turned by an angle is its cosine and sine.
    const first = interleaved ? [1, 0, 1, 0] : [1, 1, 0, 0]
    const y = await layer
      .forward(tensor([first, first, first], float64))
      .slice(0, 2, 3)
      .data()
    const [a, b] = [2, 2 / 10]
    const turned = interleaved
      ? [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)]
      : [Math.cos(a), Math.cos(b), Math.sin(a), Math.sin(b)]
    expectWithin(y, turned, 1e-15)
  })
})

describe('RotaryEmbedding', () => {
  test('takes positions, of all or of each sequence', async () => {
    const layer = new RotaryEmbedding(4, float64)
    const x = wave([2, 3, 5, 4])
    const all = layer.forward(x)
    const last = layer.forward(x.slice(2, 3), { positions: tensor(Int32Array.of(3, 4)) })
    expect(await last.data()).toEqual(await all.slice(2, 3).data())
    const apart = layer.forward(x.slice(2, 3), { positions: tensor(Int32Array.of(3, 4, 0, 1), { shape: [2, 1, 2] }) })
    expect(await apart.slice(0, 0, 1).data()).toEqual(await all.slice(2, 3).slice(0, 0, 1).data())
    const again = layer.forward(x.slice(2, 3).slice(0, 1, 2))
    expect(await apart.slice(0, 1, 2).data()).toEqual(await again.data())
  })

  test('has no state', () => {
    const layer = new RotaryEmbedding(4)
    expect([...layer.stateDict().keys()]).toEqual([])
    expect(layer.buffers().map(({ shape }) => shape)).toEqual([
      [2048, 2],
      [2048, 2],
    ])
  })

  test('refuses other features, and positions that there are not', () => {
    expect(() => new RotaryEmbedding(3)).toThrow(new OutOfRangeError('RotaryEmbedding: dim is an even number, got 3'))
    expect(() => new RotaryEmbedding(4, { base: 0 })).toThrow(OutOfRangeError)
    expect(() => new RotaryEmbedding(4, { maxLen: -1 })).toThrow(OutOfRangeError)
    const layer = new RotaryEmbedding(4, { maxLen: 3 })
    expect(() => layer.forward(zeros([2, 6]))).toThrow(new ShapeError('RotaryEmbedding: takes […, L, 4], got [2, 6]'))
    expect(() => layer.forward(zeros([4]))).toThrow(ShapeError)
    expect(() => layer.forward(zeros([4, 4]))).toThrow(
      new OutOfRangeError('RotaryEmbedding: there are 3 positions, got a sequence of 4; pass maxLen'),
    )
    expect(() => layer.forward(zeros([2, 4]), { positions: tensor(Int32Array.of(2, 3)) })).toThrow(OutOfRangeError)
    expect(() => layer.forward(zeros([2, 4]), { positions: tensor([0, 1]) })).toThrow(DTypeError)
    expect(() => layer.forward(zeros([2, 4]), { positions: tensor(Int32Array.of(0, 1, 2)) })).toThrow(ShapeError)
  })
})
