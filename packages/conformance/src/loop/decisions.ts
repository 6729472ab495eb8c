import { holds } from './actions.ts'
import type { SavedFiles } from './file-store.ts'
import type { Action, DecisionName, Scenario, StepAction } from './scenario.ts'
import type { ExpectedTrace, FinalState } from './trace.ts'

/** Where Voltaic decides otherwise than what was recorded, and what becomes of a recorded trace by it. */
export interface Decision {
  /** What was decided. */
  readonly row: string
  /** The trace as it is by the decision. Numbers that follow from a changed one are left open. */
  readonly alter: (recorded: ExpectedTrace, scenario: Scenario) => ExpectedTrace
}

export const decisions: Readonly<Record<DecisionName, Decision>> = {
  globalStep: {
    row: 'globalStep counts training batches that ended with at least one optimizer step, in both modes, however many optimizers',
    alter: countingBatches,
  },
  currentEpoch: {
    row: 'after a fit, currentEpoch is the number of epochs that were run, as in 2.2.5; 1.5.10 gave the last index',
    alter: ({ final, ...trace }) => ({
      ...trace,
      ...(final && { final: { ...final, currentEpoch: final.currentEpoch! + 1 } }),
    }),
  },
  pairedFrequency: {
    row: 'one index for optimizer and scheduler, so frequency keeps them paired in every epoch',
    alter: pairingSchedulers,
  },
  nullGradients: {
    row: 'zeroGrad() sets gradients to null; where trainingStep returns null the step runs on null gradients and counts',
    alter: steppingOnNull,
  },
  skippedSteps: {
    row: 'a skipped fp16 step does not count in globalStep',
    alter: countingBatches,
  },
  clippingAsChosen: {
    row: "the page's clipping example works; clipGradients never rejects a value the user chose inside the override",
    alter: ({ events, steps }) => ({ events, ...(steps && { steps }), error: null, goesOn: true }),
  },
  prepareData: {
    row: 'prepareData is called in every run, as in 2.2.5; 2.6.6 calls it only where it is overridden',
    alter: ({ events, ...trace }) => ({
      ...trace,
      events: events.flatMap((event) => (event === 'M.configureCallbacks' ? [event, 'M.prepareData'] : event)),
    }),
  },
  checkpointFiles: {
    row: 'checkpoint files: epoch=E-step=S.safetensors; their keys are ours',
    alter: ({ extra = [], ...trace }) => ({ ...trace, extra: extra.map(asFilesOfOurs) }),
  },
  flagsAlone: {
    row: 'the layers had random weights: what counts is which parameters learn',
    alter: ({ extra, error }) => ({ events: [], ...(extra && { extra }), error }),
  },
}

/** Brings a recorded trace to what Voltaic decided. */
export function decided(recorded: ExpectedTrace, scenario: Scenario): ExpectedTrace {
  const { alteredBy = [] } = scenario
  return alteredBy.reduce((trace, name) => decisions[name].alter(trace, scenario), recorded)
}

/** What was noted of files, without their keys and what stands under them. */
function asFilesOfOurs(noted: unknown): unknown {
  const { files, bestModelPath, last, bestK } = noted as SavedFiles
  const renamed = (file: string) => file.replace(/\.ckpt$/, '.safetensors')
  return { files: files.map(renamed), bestModelPath: renamed(bestModelPath), last: renamed(last), bestK }
}

/** A note, a step that has ended, and a scheduler's step, as events. */
const noteOf = /^(\w+)\[(\d+)/
const stepEnd = /^(\w+)\.step<$/
const schedulerStep = /^\w+(\.step\(.*\))$/

/** Every `gs` counted anew. What was recorded counts steps; what is wanted are the batches before the event that had any. */
function countingBatches(trace: ExpectedTrace, scenario: Scenario): ExpectedTrace {
  const { final, events } = trace
  const count = scenario.optimization === 'manual' ? inManual(scenario) : inAutomatic
  let taken = 0
  let batchIdx = 0
  const counted = events.map((event) => {
    batchIdx = Number(noteOf.exec(event)?.[2] ?? batchIdx)
    if (stepEnd.test(event) && !bypasses(scenario, batchIdx)) taken++
    return event.replace(/\bgs=\d+/, () => `gs=${count.note(event, taken)}`)
  })
  return { ...trace, events: counted, ...(final && { final: { ...final, globalStep: count.end(taken) } }) }
}

/** Whether an override steps past the wrapper, which counts nothing. */
function bypasses({ optimizerStep = [] }: Scenario, batchIdx: number): boolean {
  return optimizerStep.find((rule) => holds(rule, { batch: null, batchIdx, optimizerIdx: 0 }, false))?.do === 'bypass'
}

/** In automatic optimization with one optimizer a batch has one step at most, and its note comes before that. */
const inAutomatic: Counter = { note: (_, taken) => taken, end: (taken) => taken }

interface Counter {
  /** Batches with a step before that of a note. */
  note(event: string, stepsTaken: number): number
  /** Batches with a step in the whole run. */
  end(stepsTaken: number): number
}

/** In manual optimization the actions say in which batches how many steps are taken, and which of them before a note. */
function inManual(scenario: Scenario): Counter {
  const { trainingStep } = scenario
  const epoch = batchesOfEpoch(scenario)
  const stepsIn = (actions: readonly Action[], batchIdx: number): StepAction[] =>
    actions
      .filter((action) => holds(action, { batch: null, batchIdx, optimizerIdx: 0 }, batchIdx === epoch.at(-1)))
      .flatMap((action) => ('toggle' in action ? stepsIn(action.do, batchIdx) : stepOf(action)))
  const batches = epoch.map((batchIdx) => stepsIn(trainingStep, batchIdx))
  const end = (stepsTaken: number) => {
    if (batches.every(({ length }) => length === 0)) return 0
    let counted = 0
    for (let i = 0, left = stepsTaken; left > 0; i++) {
      const steps = batches[i % batches.length]!
      left -= steps.length
      if (left >= 0 && steps.some(({ bypasses = false }) => !bypasses)) counted++
    }
    return counted
  }
  return {
    note(event, stepsTaken) {
      const [, name, batchIdx] = noteOf.exec(event)!
      const noted = trainingStep.findIndex((action) => 'note' in action && action.note.startsWith(`${name}[`))
      return end(stepsTaken - stepsIn(trainingStep.slice(0, noted), Number(batchIdx)).length)
    },
    end,
  }
}

function stepOf(action: Action): StepAction[] {
  return 'step' in action ? [action] : []
}

/** Numbers of the batches that every epoch has. */
function batchesOfEpoch({
  train: { batches, extraRows = 0 },
  endsEpochAt = Number.POSITIVE_INFINITY,
}: Scenario): number[] {
  const full = typeof batches === 'number' ? Array.from({ length: batches }, (_, i) => i) : batches
  const all = extraRows === 0 ? full : [...full, full.length]
  return all.flatMap((batch, i) => (batch === null || i >= endsEpochAt ? [] : [i]))
}

/** After each step the scheduler of the optimizer that took it, and no other's. */
function pairingSchedulers(trace: ExpectedTrace, scenario: Scenario): ExpectedTrace {
  const schedulers = new Map(scenario.schedulers?.map(({ name, optimizer }) => [optimizer, name]))
  const moves = { recorded: new Map<string, number>(), paired: new Map<string, number>() }
  const move = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
  /** Steps that are taken at another rate. */
  const changed: number[] = []
  let stepped = ''
  let step = -1
  const events = trace.events.map((event) => {
    const end = stepEnd.exec(event)
    if (end !== null) {
      step++
      stepped = end[1]!
      const scheduler = schedulers.get(stepped)!
      if (moves.recorded.get(scheduler) !== moves.paired.get(scheduler)) changed.push(step)
    }
    if (!schedulerStep.test(event)) return event
    move(moves.recorded, event.slice(0, event.indexOf('.')))
    const paired = schedulers.get(stepped)!
    move(moves.paired, paired)
    return event.replace(/^\w+/, paired)
  })
  if (changed.length === 0) return { ...trace, events }
  const opened = openAfter({ ...trace, events }, changed[0]!)
  return {
    ...opened,
    ...(opened.steps && {
      steps: opened.steps.map((step, i) =>
        changed.includes(i) ? { ...step, lr: undefined, params: undefined } : step,
      ),
    }),
  }
}

/** A step whose closure returned null had zeros for gradients: with null ones nothing moves. */
function steppingOnNull(trace: ExpectedTrace): ExpectedTrace {
  const { steps } = trace
  const first = steps?.findIndex(({ ret }) => ret === null) ?? -1
  if (first === -1) return trace
  const opened = openAfter(trace, first)
  return {
    ...opened,
    steps: opened.steps!.map((step, i) => {
      if (steps![i]!.ret !== null) return step
      const before = i === first ? steps!.slice(0, i).findLast(({ opt }) => opt === step.opt) : undefined
      return { ...step, ret: null, grads: steps![i]!.grads!.map(() => null), ...(before && { params: before.params }) }
    }),
  }
}

/** The trace with every number left open that comes after step `index`, but for counters and rates. */
function openAfter(trace: ExpectedTrace, index: number): ExpectedTrace {
  const { steps, final } = trace
  let step = -1
  const events = trace.events.map((event) => {
    if (stepEnd.test(event)) step++
    return step < index ? event : event.replace(/\b(?!gs=|opt=)(\w+)=-?\d[^ ]*/g, '$1=?')
  })
  return {
    ...trace,
    events,
    ...(steps && { steps: steps.map((step, i) => (i <= index ? step : { opt: step.opt, lr: step.lr })) }),
    ...(final && { final: counters(final) }),
  }
}

function counters({
  params: _,
  callbackMetrics: __,
  loggedMetrics: ___,
  ...rest
}: Partial<FinalState>): Partial<FinalState> {
  return rest
}
