import { type Accelerator, type Callback, GradientAccumulationScheduler, Trainer } from '@voltaic/core'
import { batchesOf } from './batches.ts'
import { Recorder } from './recorder.ts'
import type { Scenario } from './scenario.ts'
import { ScenarioModule } from './scenario-module.ts'
import type { FinalState, Trace } from './trace.ts'
import { warningCategory, withWarnings } from './warnings.ts'

export interface RunOptions {
  /** Of weights and data; default `'float64'`. */
  readonly dtype?: 'float32' | 'float64'
  /** Added to every weight at the start; default 0. A tiny one shows what a run makes of rounding. */
  readonly shift?: number
}

/**
 * Trains what the scenario describes, and tells what happened. An error that ends the training is part of the trace.
 *
 * While it runs, `console.warn` prints nothing: warnings are part of the trace, too.
 */
export async function runScenario(
  scenario: Scenario,
  accelerator: Accelerator,
  { dtype = 'float64', shift = 0 }: RunOptions = {},
): Promise<Trace> {
  const recorder = new Recorder()
  const module = new ScenarioModule(scenario, recorder, { dtype, shift })
  const { result, messages } = await withWarnings(() => outcomeOf(scenario, accelerator, { module, recorder, dtype }))
  return {
    events: await recorder.events(),
    steps: await recorder.steps(),
    extra: recorder.extra,
    warnings: categoriesOf(scenario, messages),
    ...result,
  }
}

interface Run {
  readonly module: ScenarioModule
  readonly recorder: Recorder
  readonly dtype: 'float32' | 'float64'
}

async function outcomeOf(
  scenario: Scenario,
  accelerator: Accelerator,
  { module, recorder, dtype }: Run,
): Promise<Pick<Trace, 'final' | 'error' | 'message'>> {
  const { trainer: options, train, val, accumulationSchedule, tracesHooks } = scenario
  const callbacks: Callback[] = []
  try {
    if (accumulationSchedule !== undefined) callbacks.push(new GradientAccumulationScheduler(accumulationSchedule))
    if (tracesHooks) callbacks.push(recorder.hooks(module))
    const trainer = new Trainer({ maxEpochs: 1, ...options, accelerator, callbacks, enableProgressBar: false })
    // What a loader yields may be null; a fit skips it and says so.
    const data = { train: batchesOf(train, dtype) as never, ...(val && { val: batchesOf(val, dtype) as never }) }
    await trainer.fit(module, data)
    return { final: await finalState(trainer, module), error: null }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { final: null, error: error.name, message: error.message }
  }
}

async function finalState(trainer: Trainer, module: ScenarioModule): Promise<FinalState> {
  const state = [...module.stateDict()]
  const params = await Promise.all(state.map(async ([name, x]) => [name, Array.from(await x.data(), Number)] as const))
  const { globalStep, currentEpoch, callbackMetrics } = trainer
  return { globalStep, currentEpoch, params: Object.fromEntries(params), callbackMetrics: { ...callbackMetrics } }
}

/** Categories of what was warned about, without what the tracing of hooks itself brings about. */
function categoriesOf({ tracesHooks, optimizerStep, warmUp }: Scenario, messages: readonly string[]): string[] {
  const isTraced = (tracesHooks ?? false) && optimizerStep === undefined && warmUp === undefined
  const own = messages.filter((message) => !(isTraced && message.includes(': where gradients are accumulated, ')))
  return [...new Set(own.map(warningCategory))].sort()
}
