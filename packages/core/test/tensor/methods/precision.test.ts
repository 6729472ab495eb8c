import { describe, test } from 'vitest'
import { Tensor } from '../../../src/tensor/tensor.ts'
import { leafOf, numbersOf, SeededTensors, tensorOf } from '../../support/host-tensors.ts'
import { runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'
import { runs } from './runs.ts'

const random = new SeededTensors(11)

/** Jumps: the nearest number of a narrow dtype may lie beyond one. Bits are of integers alone. */
const jumps = ['floor', 'ceil', 'trunc', 'frac', 'round']
/** Where terms cancel, no relative error is small. */
const cancelling = ['sinc', 'logit', 'softmax', 'logSoftmax', 'lerp', 'logaddexp', 'addcmul', 'addcdiv']
const onFloats = Object.entries(runs).filter(([name]) => !name.startsWith('bitwise') && !jumps.includes(name))

// The reference computes every operation in float64 and rounds it once: what several of them lose shows.
describe.each(['float32', 'float16', 'bfloat16'] as const)('in %s', (dtype) => {
  const inside = random.tensor(dtype, [40], { min: 0.05, max: 0.95 })
  const outside = random.tensor(dtype, [40], { min: -8, max: 8 })

  test.each(onFloats)('%s agrees with float64', async (name, run) => {
    for (const x of name === 'prod' || name === 'cumprod' ? [inside] : [inside, outside]) {
      const exact = run(new Tensor(leafOf(tensorOf(numbersOf(x), x.shape, 'float64'))))
      const [wide, narrow] = await runValues([exact.value, run(new Tensor(leafOf(x))).value])
      // Rounded, too: float16 ends at 65504 and 6e-8.
      const expected = numbersOf(tensorOf(numbersOf(wide!), wide!.shape, narrow!.dtype))
      expectClose(narrow!, expected, cancelling.includes(name) ? 'accumulation' : 'function')
    }
  })
})
