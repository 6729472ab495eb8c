import type { DType } from '../../src/graph/dtype.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'
import fixture from '../optim/fixtures/optimizers.json' with { type: 'json' }
import { flat, loss, parameters } from '../optim/problem.ts'
import { expectWithin } from './close.ts'
import { everyOptimizer } from './every-optimizer.ts'

interface Step {
  readonly loss: number
  readonly a: readonly number[]
  readonly b: readonly number[]
}

/** Steps of PyTorch 1.13.1. */
export interface RecordedRun {
  readonly optimizer: string
  readonly options: object
  readonly float64: readonly Step[]
  readonly float32: readonly Step[]
  /** State of each parameter after the float64 run. */
  readonly state: Readonly<Record<string, Readonly<Record<string, readonly number[] | null>>>>
}

export const recordedRuns: readonly RecordedRun[] = fixture.cases as unknown as readonly RecordedRun[]

/** Expects that the steps in `dtype` are the recorded ones. @returns the optimizer after them */
export async function expectRecordedSteps(run: RecordedRun, dtype: DType & keyof RecordedRun): Promise<Optimizer> {
  const bound = dtype === 'float64' ? 1e-12 : 64 * 2 ** -24
  const [a, b] = parameters(dtype)
  const optimizer = optimizerOf(run, [a, b])
  for (const step of finite(run[dtype])) {
    optimizer.zeroGrad()
    const value = loss(a, b)
    value.backward()
    await optimizer.step()
    expectWithin([await value.item()], [step.loss], bound)
    expectWithin(await flat(a), step.a, bound)
    expectWithin(await flat(b), step.b, bound)
  }
  return optimizer
}

/** The steps before a run that maximises leaves the numbers: what is not finite is a word in JSON. */
function finite(steps: readonly Step[]): readonly Step[] {
  const end = steps.findIndex(({ loss, a, b }) => [loss, ...a, ...b].some((x) => typeof x !== 'number'))
  return end < 0 ? steps : steps.slice(0, end)
}

function optimizerOf({ optimizer, options }: RecordedRun, params: Parameter[]): Optimizer {
  const { Class } = everyOptimizer.find(({ name }) => name === optimizer)!
  return new Class(params, options)
}
