import * as build from '@voltaic/core/graph'
import { bfloat16ToNumber, float16ToNumber } from '@voltaic/core/graph'
import { describe, test } from 'vitest'
import { leaf, leafOf, SeededTensors } from '../../../core/test/support/host-tensors.ts'
import { expectAgreement } from '../support/agreement.ts'

const random = new SeededTensors()

const formats = [
  { dtype: 'float16', toNumber: float16ToNumber, infinity: 0x7c00 },
  { dtype: 'bfloat16', toNumber: bfloat16ToNumber, infinity: 0x7f80 },
] as const

describe.each(formats)('$dtype', ({ dtype, toNumber, infinity }) => {
  /** Each number, the middle between it and the next, and the float32 beside both, with either sign. */
  const numbers = Array.from({ length: infinity + 1 }, (_, bits) => {
    const low = toNumber(bits)
    const middle = bits < infinity - 1 ? (low + toNumber(bits + 1)) / 2 : low
    return [low, middle].flatMap((x) => [x, x * (1 + 2 ** -23), x * (1 - 2 ** -24)])
  }).flatMap((list) => [...list, ...list.map((x) => -x)])

  test('a pair of casts rounds every float32 to the nearest, ties to even', async () => {
    const x = leaf([...numbers, Number.NaN, 2 ** -149, 65520, 3.4e38])
    await expectAgreement([build.cast(build.cast(x, dtype), 'float32')], 'exact')
  })

  test.each(['float64', 'int32', 'uint32', 'uint8', 'bool'] as const)('what is rounded becomes %s', async (to) => {
    const x = leaf([...numbers.filter((_, i) => i % 17 === 0), Number.NaN])
    await expectAgreement([build.cast(build.cast(x, dtype), to)], 'exact')
  })

  test.each(['uint8', 'bool'] as const)('%s becomes what it is', async (from) => {
    const x = leaf(from === 'bool' ? [0, 1, 1, 0, 1] : [0, 1, 2, 100, 255], undefined, from)
    await expectAgreement([build.cast(build.cast(x, dtype), 'float32')], 'exact')
  })

  test('the pair stays, whatever is around it', async () => {
    const [x, w] = [leafOf(random.tensor('float32', [8, 8])), leafOf(random.tensor('float32', [8, 8]))]
    const rounded = build.cast(build.cast(build.mul(x, w), dtype), 'float32')
    await expectAgreement(
      [build.matmul(rounded, w), build.maximum(rounded, build.literal(0, 'float32'))],
      'accumulation',
    )
  })
})
