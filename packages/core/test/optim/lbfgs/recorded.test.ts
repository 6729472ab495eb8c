import { describe, expect, test } from 'vitest'
import { LBFGS, type LBFGSOptions } from '../../../src/optim/lbfgs/lbfgs.ts'
import { tensor } from '../../../src/tensor/creation.ts'
import recorded from '../fixtures/lbfgs.json' with { type: 'json' }
import { flat, loss, parameters } from '../problem.ts'

interface Step {
  readonly ret: number
  readonly closureLosses: readonly number[]
  readonly a: readonly number[]
  readonly b: readonly number[]
}

/** Eight steps from the recorded start, moved by `shift`. */
async function run(options: Partial<LBFGSOptions>, shift = 0): Promise<Step[]> {
  const [a, b] = parameters()
  a.assign(
    a.add(
      tensor(
        [
          [shift, -shift],
          [shift, shift],
        ],
        { dtype: 'float64' },
      ),
    ),
  )
  const optimizer = new LBFGS([a, b], options)
  const steps: Step[] = []
  for (let k = 0; k < recorded.cases[0]!.steps.length; k++) {
    const closureLosses: number[] = []
    const returned = await optimizer.step(async () => {
      optimizer.zeroGrad()
      const value = loss(a, b)
      value.backward()
      closureLosses.push(await value.item())
      return value
    })
    steps.push({ ret: await returned!.item(), closureLosses, a: await flat(a), b: await flat(b) })
  }
  return steps
}

const numbersOf = ({ ret, closureLosses, a, b }: Step) => [...closureLosses, ret, ...a, ...b]

// Numbers of PyTorch 1.13.1, in float64. A search magnifies every rounding, those of the sine included: where runs from
// starts that differ by one unit in the last place part, PyTorch's may be as far away.
describe.for(recorded.cases.map((entry) => [JSON.stringify(entry.options), entry] as const))(
  'LBFGS %s',
  ([, entry]) => {
    test('evaluates its closure as often as recorded, with the recorded losses', async () => {
      const options = entry.options as Partial<LBFGSOptions>
      const steps = await run(options)
      const moved = [await run(options, 2 ** -53), await run(options, -(2 ** -53))]
      expect(steps.map(({ closureLosses }) => closureLosses.length)).toEqual(
        entry.steps.map(({ closureLosses }) => closureLosses.length),
      )
      for (const [k, step] of entry.steps.entries()) {
        const got = numbersOf(steps[k]!)
        for (const [i, expected] of numbersOf(step).entries()) {
          const apart = Math.max(...moved.map((run) => Math.abs(numbersOf(run[k]!)[i]! - got[i]!)))
          const bound = Math.max(1e-12 * Math.max(1, Math.abs(expected)), 32 * apart)
          expect(Math.abs(got[i]! - expected), `number ${i} of step ${k}`).toBeLessThanOrEqual(bound)
        }
      }
      // Where nothing is magnified, the numbers are the recorded ones.
      const first = numbersOf(steps[0]!).slice(0, 3)
      for (const [i, x] of first.entries()) expect(Math.abs(x - numbersOf(entry.steps[0]!)[i]!)).toBeLessThan(1e-12)
    })
  },
)
