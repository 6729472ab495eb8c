import { reference } from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import { brokenTrainings } from './broken-trainings.ts'
import { errorOf } from './outcome.ts'

type Name = keyof typeof brokenTrainings

/** Which cases are there for which mistake of a precision plugin, a strategy or a loop. */
const meant: Readonly<Record<Name, readonly string[]>> = {
  zeroesEveryMicroBatch: ['loop/auto_accum3_7batches/float32', 'loop/auto_accum2_5batches/float64'],
  stepsTwice: ['loop/auto_1opt_sgd_momentum/float32'],
  stepsBeforeTheClosure: ['loop/auto_1opt_adam/float32'],
  runsTheClosureTwice: ['loop/auto_1opt_sgd_momentum/float32'],
  losesTheLoss: ['loop/manual_closures_returning_dict/float32'],
  clipsEachParameter: ['loop/clip_norm_0.05/float32'],
  clipsAlwaysByNorm: ['loop/clip_value_0.02/float32'],
  scalesForGood: ['loop/auto_1opt_sgd_momentum/float32'],
  ignoresToggles: ['loop/multi_opt_auto/float32'],
  leavesOthersFrozen: ['loop/toggle_model_shared_params/float32', 'loop/toggled_shared_params_learn/float32'],
  thawsWhatWasFrozen: ['loop/multi_opt_auto_frozen/float32'],
  clipsBeforeUnscale: ['loop/16-mixed/clipping-sees-true-gradients'],
  unscalesTwice: ['loop/16-mixed/gradients-are-seen-unscaled'],
  countsSkippedSteps: ['loop/16-mixed/a-skipped-step-does-not-count'],
  schedulesOnASkip: ['loop/16-mixed/schedulers-wait-for-skipped-steps'],
  neverSkips: ['loop/16-mixed/an-overflow-skips-the-step', 'loop/16-mixed/a-nan-skips-the-step'],
  neverBacksOff: ['loop/16-mixed/an-overflow-halves-the-scale'],
  neverGrows: ['loop/16-mixed/the-scale-grows'],
  forgetsAutocast: ['loop/16-mixed/dtypes'],
}

/** Trainings take their time on a machine that has other things to do. */
const patient = { timeout: 30_000 }

const pairs = Object.entries(meant).flatMap(([name, ids]) => ids.map((id) => [name as Name, id] as const))

describe('a broken precision plugin, strategy or loop is caught by the case that is meant for it', () => {
  test.for(pairs)('%s by %s', patient, async ([name, id]) => {
    const error = await errorOf(id, reference, { trainer: brokenTrainings[name] })
    // Whatever else goes wrong would be a mistake of the broken one's own.
    expect(error).toMatchObject({ name: 'ConformanceFailure' })
  })
})

describe('a healthy training passes the same case', () => {
  test.for([...new Set(Object.values(meant).flat())])('%s', patient, async (id) => {
    expect(await errorOf(id)).toBeNull()
  })
})
