import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reference } from '../../../src/accelerator/reference/reference.ts'
import * as g from '../../../src/graph/build.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { specOf } from '../../../src/graph/spec.ts'
import { leafOf } from '../../support/host-tensors.ts'
import { runValues } from '../../support/run-values.ts'

const device = reference()
const patterns = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)

beforeAll(() => device.setup())
afterAll(() => device.teardown())

describe.each([
  { dtype: 'float16', infinity: 0x7c00 },
  { dtype: 'bfloat16', infinity: 0x7f80 },
] as const)('$dtype', ({ dtype, infinity }) => {
  const isNan = (bits: number) => (bits & 0x7fff) > infinity

  test('every pattern comes back as it was uploaded, and from a copy', async () => {
    const buffer = device.upload(patterns, specOf(dtype, [patterns.length]))
    for (const data of await device.download([buffer, device.copy(buffer)])) {
      expect(Array.from(patterns.filter((bits) => data[bits] !== bits))).toEqual([])
    }
  })

  test.each(['float32', 'float64'] as const)(
    'every pattern but those of NaN survives %s, and NaN stays NaN',
    async (wide) => {
      const x = leafOf(hostTensor(patterns, [patterns.length], dtype))
      const [back, again] = await runValues([g.cast(g.cast(x, wide), dtype), g.neg(g.neg(x))])
      for (const { data } of [back!, again!]) {
        const wrong = patterns.filter((bits) => (isNan(bits) ? !isNan(data[bits]!) : data[bits] !== bits))
        expect(Array.from(wrong)).toEqual([])
      }
    },
  )
})
