import type { DType, Shape, Value } from '@voltaic/core/graph'
import * as g from '@voltaic/core/graph'
import { afterAll, beforeAll, test } from 'vitest'
import { leafOf, SeededTensors } from '../../core/test/support/host-tensors.ts'
import { expectLikeReference } from './support/against-reference.ts'
import { describeOnDevice, device, testOnHalf } from './support/device.ts'

const seeded = new SeededTensors(3)

/** Small numbers, so that long sums stay near 1. */
function leaf(shape: Shape, dtype: DType = 'float32'): Value {
  return leafOf(seeded.tensor(dtype, shape, dtype === 'int32' ? undefined : { min: -0.3, max: 0.3 }))
}

/** Sizes that are multiples of no tile, so that every edge is met. */
const products: readonly (readonly [name: string, a: Shape, b: Shape, transposeA: boolean, transposeB: boolean])[] = [
  ['64×64', [1, 197, 33], [1, 33, 201], false, false],
  ['both transposed', [33, 130], [131, 33], true, true],
  ['thin', [7, 70], [70, 300], false, false],
  ['tall', [300, 70], [70, 5], false, false],
  ['cut along k', [17, 2100], [2100, 18], false, false],
  ['a vector', [1, 1500], [1500, 40], false, false],
  ['batches', [5, 1, 35, 34], [3, 34, 36], false, false],
]

describeOnDevice('variants of kernels', { timeout: 60_000 }, () => {
  beforeAll(() => device.setup())
  afterAll(() => device.teardown())

  test.each(products)('matmul: %s', async (_, a, b, transposeA, transposeB) => {
    await expectLikeReference([g.matmul(leaf(a), leaf(b), { transposeA, transposeB })], 'accumulation')
  })

  const expectProducts = async (dtype: DType) => {
    const outputs = [
      g.matmul(leaf([70, 40], dtype), leaf([40, 67], dtype)),
      g.matmul(leaf([9, 1030], dtype), leaf([1030, 9], dtype)),
    ]
    await expectLikeReference(outputs, 'accumulation')
  }

  test.each(['bfloat16', 'int32'] as const)('matmul on %s, tiled and cut', expectProducts)
  testOnHalf('matmul on float16, tiled and cut', () => expectProducts('float16'))

  test('matmul reads views: heads of attention, a reversed and a sliced matrix', async () => {
    const heads = (x: Value) => g.permute(g.reshape(x, [2, 20, 4, 8]), [0, 2, 1, 3])
    const scores = g.matmul(heads(leaf([2, 20, 32])), heads(leaf([2, 20, 32])), { transposeB: true })
    const odd = g.matmul(g.flip(leaf([40, 33]), [0, 1]), g.slice(leaf([70, 44]), [2, 1], [68, 44], [2, 1]))
    await expectLikeReference([scores, odd], 'accumulation')
  })

  test('convolutions large enough for tiles, and their gradients', async () => {
    const attributes = {
      stride: [1, 2],
      padding: [
        [1, 1],
        [2, 0],
      ],
      dilation: [1, 1],
      groups: 2,
    } as const
    const [x, w] = [leaf([3, 8, 14, 15]), leaf([36, 4, 3, 3])]
    const y = g.conv(x, w, attributes)
    const gradient = leaf(y.spec.shape)
    await expectLikeReference(
      [
        y,
        g.convInputGrad(gradient, w, attributes, x.spec.shape),
        g.convWeightGrad(x, gradient, attributes, w.spec.shape),
      ],
      'accumulation',
    )
  })

  test.each([
    [64, 68],
    [6, 8],
    [33, 35],
  ])('products with their epilogue: bias, activation, mask and the product itself, [%d, %d]', async (m, n) => {
    const [x, w, bias, residual] = [leaf([m, 40]), leaf([n, 40]), leaf([n]), leaf([m, n])]
    const z = g.matmul(x, w, { transposeB: true })
    const sum = g.add(g.add(z, g.broadcastTo(bias, [m, n])), residual)
    const zero = g.literal(0, 'float32')
    await expectLikeReference([g.maximum(sum, zero), g.lessEqual(sum, zero), z], 'accumulation')
  })

  testOnHalf('a product in float16 with its epilogue', async () => {
    const product = g.matmul(leaf([5, 9], 'float16'), leaf([9, 8], 'float16'))
    await expectLikeReference([g.tanh(product), product], 'accumulation')
  })

  test('outputs of different widths end where they end', async () => {
    const x = leaf([1155])
    const outputs = [g.neg(x), g.less(x, g.literal(0, 'float32')), g.cast(x, 'bfloat16')]
    await expectLikeReference(outputs, 'exact')
  })

  test('a convolution with its epilogue', async () => {
    const attributes = {
      stride: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    } as const
    const y = g.conv(leaf([2, 3, 6, 6]), leaf([5, 3, 3, 3]), attributes)
    const biased = g.add(y, g.broadcastTo(g.reshape(leaf([5]), [1, 5, 1, 1]), y.spec.shape))
    await expectLikeReference([g.less(g.literal(0, 'float32'), biased), g.sigmoid(biased)], 'accumulation')
  })

  test('an update at the end of its gradient is written over the parameter', async () => {
    const [x, dz, w] = [leaf([8, 12]), leaf([8, 16]), leaf([16, 12])]
    await expectLikeReference([g.sub(w, g.matmul(dz, x, { transposeA: true }))], 'accumulation')
  })

  test('rows added at many indices, in order', async () => {
    const at = leafOf(seeded.indices([40, 50], 70))
    const outputs = [
      g.indexAdd(leaf([3, 70, 8]), at, leaf([3, 40, 50, 8]), 1),
      g.indexAdd(leaf([70, 33], 'int32'), at, leaf([40, 50, 33], 'int32'), 0),
    ]
    await expectLikeReference(outputs, 'accumulation')
  })

  test('sums along rows, along columns, and of everything, cut in parts and not', async () => {
    const [wide, tall, long] = [leaf([70, 500]), leaf([2000, 40]), leaf([30_001])]
    const outputs = [g.sum(wide, [1]), g.sum(wide, [0]), g.sum(tall, [0]), g.sum(tall, [0, 1]), g.sum(long, [0])]
    await expectLikeReference(outputs, 'accumulation')
  })

  test('reductions beside outputs of their region, of several kinds at once', async () => {
    const x = leaf([50, 33])
    const y = g.tanh(x)
    await expectLikeReference(
      [y, g.less(x, g.neg(x)), g.sum(y, [1]), g.max(y, [1]), g.min(g.less(x, g.neg(x)), [1])],
      'accumulation',
    )
  })

  test('rows of running sums, arg-maxima and sorts longer than a workgroup', async () => {
    const x = leaf([3, 700], 'int32')
    const outputs = [g.cumsum(x, 1), g.cumsum(x, 1, { exclusive: true, reverse: true }), g.argmax(x, 1), g.argmin(x, 1)]
    await expectLikeReference([...outputs, ...g.sort(x, 1, true)], 'exact')
  })

  testOnHalf('casts to and from half types, edges among them', async () => {
    const numbers = [1 / 3, 65519.9, 65520, -1e6, 1e-8, 3e38, -0, Number.NaN, Number.POSITIVE_INFINITY, 2.5, 257]
    const x = leafOf({ data: Float32Array.from(numbers), shape: [numbers.length], dtype: 'float32' })
    const whole = leaf([9], 'int32')
    const halves = (['float16', 'bfloat16'] as const).flatMap((dtype) => [g.cast(x, dtype), g.cast(whole, dtype)])
    const back = halves.flatMap((y) =>
      (['float32', 'int32', 'uint8', 'bool'] as const).map((dtype) => g.cast(y, dtype)),
    )
    await expectLikeReference([...halves, ...back], 'exact')
  })
})
