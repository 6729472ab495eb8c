import {
  type Accelerator,
  type Callback,
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  GradientAccumulationScheduler,
  ModelCheckpoint,
  Trainer,
  type TrainerOptions,
} from '@voltaic/core'
import { batchesOf } from './batches.ts'
import { FileStore } from './file-store.ts'
import { NotingLogger } from './noting-logger.ts'
import { Recorder } from './recorder.ts'
import { makeCallback } from './registry.ts'
import type { BatchesSpec, Scenario } from './scenario.ts'
import { ScenarioModule } from './scenario-module.ts'
import type { FinalState, Trace } from './trace.ts'
import { TracedPrecision } from './traced-precision.ts'
import { warningCategory, withWarnings } from './warnings.ts'

export interface RunOptions {
  /** Of weights and data; default `'float64'`. */
  readonly dtype?: 'float32' | 'float64'
  /** Added to every weight at the start; default 0. A tiny one shows what a run makes of rounding. */
  readonly shift?: number
  /** Changes the options of the Trainer before it is made. */
  readonly trainer?: (options: TrainerOptions) => TrainerOptions
}

/**
 * Trains what the scenario describes, and tells what happened. An error that ends the training is part of the trace.
 *
 * While it runs, `console.warn` prints nothing: warnings are part of the trace, too.
 */
export async function runScenario(
  scenario: Scenario,
  accelerator: Accelerator,
  { dtype = 'float64', shift = 0, trainer = (options) => options }: RunOptions = {},
): Promise<Trace> {
  const recorder = new Recorder()
  const module = new ScenarioModule(scenario, recorder, { dtype, shift })
  const earlier = await checkpointBefore(scenario, accelerator, { dtype, shift, trainer })
  const { result, messages } = await withWarnings(() =>
    outcomeOf(scenario, accelerator, { module, recorder, dtype, trainer, ...(earlier && { checkpoint: earlier }) }),
  )
  return {
    events: await recorder.events(),
    steps: await recorder.steps(),
    extra: recorder.extra,
    warnings: categoriesOf(scenario, messages),
    ...result,
  }
}

/** What the earlier fit leaves, as read from its file. */
async function checkpointBefore(
  { goesOnFrom, name }: Scenario,
  accelerator: Accelerator,
  { dtype, shift, trainer: changed }: Required<RunOptions>,
): Promise<Checkpoint | null> {
  if (goesOnFrom === undefined) return null
  const scenario: Scenario = { ...goesOnFrom, name }
  const module = new ScenarioModule(scenario, new Recorder(), { dtype, shift })
  const { result } = await withWarnings(async () => {
    const trainer = new Trainer(changed({ ...defaults, ...scenario.trainer, accelerator }))
    await runOf(trainer, module, { scenario, dtype })
    return encodeCheckpoint(await trainer.dumpCheckpoint())
  })
  return decodeCheckpoint(result)
}

const defaults: TrainerOptions = { maxEpochs: 1, numSanityValSteps: 0, enableProgressBar: false }

interface Run {
  readonly module: ScenarioModule
  readonly recorder: Recorder
  readonly dtype: 'float32' | 'float64'
  readonly trainer: (options: TrainerOptions) => TrainerOptions
  readonly checkpoint?: Checkpoint
}

async function outcomeOf(
  scenario: Scenario,
  accelerator: Accelerator,
  { module, recorder, dtype, trainer: changed, checkpoint }: Run,
): Promise<Pick<Trace, 'final' | 'error' | 'message'>> {
  const { trainer: options, accumulationSchedule, tracesHooks } = scenario
  const callbacks: Callback[] = []
  const logger = new NotingLogger()
  const precision = scenario.precision && new TracedPrecision(scenario.precision, recorder)
  try {
    if (accumulationSchedule !== undefined) callbacks.push(new GradientAccumulationScheduler(accumulationSchedule))
    const named = (scenario.callbacks ?? []).map((spec) => makeCallback(spec.type, spec.args ?? []))
    callbacks.push(...named)
    if (tracesHooks) callbacks.push(recorder.hooks(module))
    const files = new FileStore()
    const saving = scenario.checkpoint && new ModelCheckpoint({ ...scenario.checkpoint, store: files })
    if (saving !== undefined) callbacks.push(saving)
    const trainer = new Trainer(
      changed({
        ...defaults,
        ...options,
        ...(precision && { precision }),
        accelerator,
        callbacks,
        ...(scenario.logs && { logger }),
      }),
    )
    await runOf(trainer, module, { scenario, dtype, ...(checkpoint && { checkpoint }) })
    if (scenario.logs)
      recorder.extra.push({ logs: logger.logs, progBar: Object.keys(trainer.progressBarMetrics).sort() })
    recorder.extra.push(...notesOf(scenario, named))
    if (saving !== undefined) recorder.extra.push(files.saved(saving))
    const outcome = await precision?.outcome()
    if (outcome != null) recorder.extra.push(outcome)
    return { final: await finalState(trainer, module), error: null }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { final: null, error: error.name, message: error.message }
  }
}

async function finalState(trainer: Trainer, module: ScenarioModule): Promise<FinalState> {
  const state = [...module.stateDict()]
  const params = await Promise.all(state.map(async ([name, x]) => [name, Array.from(await x.data(), Number)] as const))
  const { globalStep, currentEpoch, callbackMetrics, loggedMetrics } = trainer
  const metrics = { callbackMetrics: { ...callbackMetrics }, loggedMetrics: { ...loggedMetrics } }
  return { globalStep, currentEpoch, params: Object.fromEntries(params), ...metrics }
}

async function runOf(
  trainer: Trainer,
  module: ScenarioModule,
  { scenario, dtype, ...options }: Pick<Run, 'dtype' | 'checkpoint'> & { readonly scenario: Scenario },
): Promise<void> {
  const { train, val, valLoaders, test, predict, run = 'fit', bringsLoaders = false } = scenario
  // What a loader yields may be null; a run skips it and says so.
  const given = (spec: BatchesSpec | undefined) =>
    (bringsLoaders || !spec ? undefined : batchesOf(spec, dtype)) as never
  const validation = valLoaders === undefined ? given(val) : (valLoaders.map((spec) => loaderOf(given(spec))) as never)
  if (run === 'validate') await trainer.validate(module, validation)
  else if (run === 'test') await trainer.test(module, given(test))
  else if (run === 'predict') await trainer.predict(module, given(predict))
  else if (bringsLoaders) await trainer.fit(module, undefined, options)
  else {
    const data = { train: given(train), ...(validation !== undefined && { val: validation }) }
    await trainer.fit(module, data, options)
  }
}

/** Batches as a loader: a list of lists would be one of batches. */
function loaderOf(batches: readonly unknown[]): Iterable<unknown> {
  return { [Symbol.iterator]: () => batches[Symbol.iterator]() }
}

/** What is noted of callbacks. */
function notesOf({ callbacks = [] }: Scenario, made: readonly Callback[]): Record<string, unknown>[] {
  return callbacks.flatMap(({ notes }, i) => {
    const properties = made[i] as Readonly<Record<string, unknown>>
    const entries = Object.entries(notes ?? {}).map(([name, property]) => [name, properties[property]] as const)
    return entries.length === 0 ? [] : [Object.fromEntries(entries)]
  })
}

/** Categories of what was warned about, without what the tracing of hooks itself brings about. */
function categoriesOf({ tracesHooks, optimizerStep, warmUp }: Scenario, messages: readonly string[]): string[] {
  const isTraced = (tracesHooks ?? false) && optimizerStep === undefined && warmUp === undefined
  const own = messages.filter((message) => !(isTraced && message.includes(': where gradients are accumulated, ')))
  return [...new Set(own.map(warningCategory))].sort()
}
