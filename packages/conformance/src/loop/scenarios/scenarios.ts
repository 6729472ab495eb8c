import type { Scenario } from '../scenario.ts'
import { accumulation } from './accumulation.ts'
import { automatic } from './automatic.ts'
import { cadence } from './cadence.ts'
import { checkpoints } from './checkpoints.ts'
import { lbfgs } from './lbfgs.ts'
import { loggingAndCallbacks } from './logging.ts'
import { manual } from './manual.ts'
import { overrides } from './overrides.ts'
import { precision } from './precision.ts'
import { runs } from './runs.ts'
import { schedulers } from './schedulers.ts'
import { severalOptimizers } from './several-optimizers.ts'

/** Scenarios of the optimizer loop: those of the recorded traces, under their names, and others of the same kinds. */
export const loopScenarios: readonly Scenario[] = [
  ...automatic,
  ...accumulation,
  ...overrides,
  ...schedulers,
  ...severalOptimizers,
  ...manual,
  ...lbfgs,
  ...cadence,
  ...loggingAndCallbacks,
  ...runs,
  ...checkpoints,
  ...precision,
]
