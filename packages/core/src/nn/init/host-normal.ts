import type { NumberStorage } from '../../graph/record.ts'
import type { Generator } from '../../tensor/generator.ts'
import { threefry2x32 } from '../../util/threefry.ts'

/** Normal random numbers of mean 0 and variance 1 on the host: of the bits that `randn` would have drawn. */
export function hostNormal(count: number, generator: Generator): Float64Array<ArrayBuffer> {
  const [u, v] = [hostUnit(count, generator), hostUnit(count, generator)]
  // Box and Muller 1958.
  return u.map((u, i) => Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v[i]!))
}

/** Uniform over [0, 1), in steps of 2⁻²⁴. */
function hostUnit(count: number, generator: Generator): Float64Array<ArrayBuffer> {
  const words = generator.draw().map(({ storage }) => (storage as NumberStorage).value)
  const [key0, key1, counter0, counter1] = words as [number, number, number, number]
  const numbers = new Float64Array(count)
  for (let i = 0; i < count; i += 2) {
    const [even, odd] = threefry2x32(key0, key1, counter0 + i / 2, counter1)
    numbers[i] = (even >>> 8) * 2 ** -24
    if (i + 1 < count) numbers[i + 1] = (odd >>> 8) * 2 ** -24
  }
  return numbers
}
