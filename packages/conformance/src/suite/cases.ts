import { dataCases } from '../cases/data/data-cases.ts'
import { faultCases } from '../cases/faults/fault-cases.ts'
import { gradientCases } from '../cases/gradients/gradient-cases.ts'
import { graphCases } from '../cases/graphs/graph-cases.ts'
import { lifecycleCases } from '../cases/lifecycle/lifecycle-cases.ts'
import { loopCases } from '../cases/loop/loop-cases.ts'
import { opCases } from '../cases/ops/op-suite.ts'
import { trainingCases } from '../cases/training/training-cases.ts'
import type { ConformanceCase } from './case.ts'

let gathered: readonly ConformanceCase[] | undefined

/** Every case of the suite, layer by layer. The first call takes about a second. */
export function conformanceCases(): readonly ConformanceCase[] {
  gathered ??= gather()
  return gathered
}

function gather(): ConformanceCase[] {
  return [
    ...lifecycleCases(),
    ...dataCases(),
    ...opCases(),
    ...graphCases(),
    ...gradientCases(),
    ...loopCases(),
    ...trainingCases(),
    ...faultCases(),
  ]
}
