import {
  type LRSchedulerLike,
  MisconfigurationError,
  Tensor,
  type TrainingModule,
  type WrappedOptimizer,
} from '@voltaic/core'
import type { Batch } from './batches.ts'
import type { Model } from './models.ts'
import type { Recorder } from './recorder.ts'
import type { Action, Condition, LoggedNumber, NoteAction, ReturnAction, StepAction } from './scenario.ts'

/** What actions act on: the same for a whole run. */
export interface Stage {
  readonly module: TrainingModule<Batch>
  readonly model: Model
  readonly recorder: Recorder
  /** Names of the optimizers, in their order. */
  readonly optimizers: readonly string[]
  readonly schedulers: ReadonlyMap<string, LRSchedulerLike>
}

/** Where in a run actions are. */
export interface Place {
  /** Null in hooks of epochs. */
  readonly batch: Batch | null
  readonly batchIdx: number
  readonly optimizerIdx: number
  readonly epoch?: number
  readonly outputs?: unknown
  /** What `onBeforeBackward` was given. */
  readonly passedLoss?: Tensor
}

/** What a list of actions returned; undefined when it ended without a return. */
export type Returned = Tensor | null | { readonly loss: Tensor; readonly [name: string]: unknown } | undefined

/** Whether a condition holds. */
export function holds(
  { every, at, lastBatch, optimizerIdx, epoch }: Condition,
  place: Place,
  isLast: boolean,
): boolean {
  if (epoch !== undefined && place.epoch !== epoch) return false
  if (every !== undefined && (place.batchIdx + 1) % every !== 0) return false
  if (at !== undefined && place.batchIdx !== at) return false
  if (lastBatch !== undefined && lastBatch !== isLast) return false
  return optimizerIdx === undefined || optimizerIdx === place.optimizerIdx
}

/** Does the actions of one step, closure or hook. Each loss is computed when it is first named, and then remembered. */
export class Performer {
  readonly #stage: Stage
  readonly #place: Place
  readonly #losses = new Map<string, Tensor>()
  #stepReturned: Tensor | null = null

  constructor(stage: Stage, place: Place) {
    this.#stage = stage
    this.#place = place
  }

  async run(actions: readonly Action[]): Promise<Returned> {
    for (const action of actions) {
      if (!holds(action, this.#place, this.#stage.module.trainer.isLastBatch)) continue
      if ('return' in action) return this.#returned(action)
      await this.#do(action)
    }
    return undefined
  }

  async #do(action: Exclude<Action, ReturnAction>): Promise<void> {
    const { module, recorder } = this.#stage
    if ('note' in action) recorder.note(...this.#parts(action))
    else if ('notesFlags' in action) recorder.extra.push(flagsOf(module))
    else if ('zeroGrad' in action) this.#optimizer(action.zeroGrad).zeroGrad()
    else if ('backward' in action) {
      const { backward, dividedBy } = action
      await module.manualBackward(dividedBy === undefined ? this.#loss(backward) : this.#loss(backward).div(dividedBy))
    } else if ('step' in action) this.#stepReturned = await this.#step(action)
    else if ('clip' in action) {
      const { clip, to, by = null } = action
      module.clipGradients(this.#optimizer(clip), { gradientClipVal: to, gradientClipAlgorithm: by })
    } else if ('stepScheduler' in action) this.#scheduler(action.stepScheduler).step(this.#metric(action.metric))
    else if ('toggle' in action) {
      await this.#optimizer(action.toggle).toggleModel(async () => void (await this.run(action.do)))
    } else if ('stop' in action) module.trainer.shouldStop = true
    else
      module.log(action.log, 'loss' in action ? this.#loss(action.loss) : this.#number(action.number), action.options)
  }

  #number(number: LoggedNumber): number {
    if (number === 'batchIdx') return this.#place.batchIdx
    return typeof number === 'number' ? number : number[this.#stage.module.currentEpoch]!
  }

  #step({ step, closure, bypasses = false }: StepAction): Promise<Tensor | null> {
    const wrapped = this.#optimizer(step)
    // What a closure computes is computed anew each time it runs.
    const made = closure && (async () => lossOf(await new Performer(this.#stage, this.#place).run(closure)))
    return bypasses ? wrapped.optimizer.step(made) : wrapped.step(made)
  }

  #returned({ return: name, extras, isInfinite = false }: ReturnAction): Returned {
    if (name === null) return null
    const loss = isInfinite ? this.#loss(name).mul(Number.POSITIVE_INFINITY) : this.#loss(name)
    return extras === undefined ? loss : { loss, ...extras }
  }

  #parts({ note }: NoteAction): (string | Tensor)[] {
    // Every second part stood in braces.
    return note.split(/[{}]/).flatMap((part, i) => (i % 2 === 0 ? [part] : this.#value(part)))
  }

  #value(name: string): (string | Tensor)[] {
    const { module, model } = this.#stage
    const { batchIdx, optimizerIdx, outputs, passedLoss } = this.#place
    if (name === 'batchIdx') return [String(batchIdx)]
    if (name === 'optimizerIdx') return [String(optimizerIdx)]
    if (name === 'gs') return [String(module.globalStep)]
    if (name === 'sanity') return [String(module.trainer.sanityChecking)]
    if (name === 'stepReturned') return [this.#stepReturned ?? 'null']
    if (name === 'outputs') return partsOf(outputs)
    if (name === 'passedLoss') return partsOf(passedLoss)
    if (name.startsWith('grad.')) return elementsOf(new Map(module.namedParameters()).get(name.slice(5))?.grad ?? null)
    if (name.startsWith('learns.')) return [String(model.layers[name.slice(7)]?.weight.requiresGrad)]
    return [this.#loss(name)]
  }

  #loss(name: string): Tensor {
    const { batch, optimizerIdx } = this.#place
    const make = this.#stage.model.losses[name]
    if (make === undefined || batch === null) throw unknown('loss', name, Object.keys(this.#stage.model.losses))
    const loss = this.#losses.get(name) ?? make(batch, optimizerIdx)
    this.#losses.set(name, loss)
    return loss
  }

  #optimizer(name: string): WrappedOptimizer {
    const { module, optimizers } = this.#stage
    const found = module.optimizers()[optimizers.indexOf(name)]
    if (found === undefined) throw unknown('optimizer', name, optimizers)
    return found
  }

  #scheduler(name: string): LRSchedulerLike {
    const { module, schedulers } = this.#stage
    const found = module.lrSchedulers().find((scheduler) => scheduler === schedulers.get(name))
    if (found === undefined) throw unknown('scheduler', name, [...schedulers.keys()])
    return found
  }

  #metric(name: string | undefined): number | undefined {
    return name === undefined ? undefined : this.#stage.module.trainer.callbackMetrics[name]
  }
}

function lossOf(returned: Returned): Tensor | null {
  if (returned === undefined || returned === null || returned instanceof Tensor) return returned ?? null
  return returned.loss
}

function flagsOf(module: TrainingModule<Batch>): Record<string, boolean> {
  return Object.fromEntries(module.namedParameters().map(([name, { requiresGrad }]) => [name, requiresGrad]))
}

/** Outputs as JSON, with spaces, and the tensors in them still to be read. */
function partsOf(outputs: unknown): (string | Tensor)[] {
  if (outputs instanceof Tensor) return [outputs]
  if (typeof outputs !== 'object' || outputs === null) return [JSON.stringify(outputs) ?? 'undefined']
  const isList = Array.isArray(outputs)
  const inside = Object.entries(outputs).flatMap(([key, value], i) => [
    `${i === 0 ? '' : ', '}${isList ? '' : `${JSON.stringify(key)}: `}`,
    ...partsOf(value),
  ])
  return isList ? ['[', ...inside, ']'] : ['{', ...inside, '}']
}

/** The elements of a gradient, as a list. */
function elementsOf(gradient: Tensor | null): (string | Tensor)[] {
  if (gradient === null) return ['null']
  const flat = gradient.flatten()
  const elements = Array.from({ length: flat.numel }, (_, i) => flat.slice(0, i, i + 1))
  return ['[', ...elements.flatMap((element, i) => (i === 0 ? [element] : [', ', element])), ']']
}

function unknown(what: string, name: string, there: readonly string[]): MisconfigurationError {
  return new MisconfigurationError(
    `runScenario: no such ${what} here, got ${JSON.stringify(name)}; there are ${there.join(', ') || 'none'}`,
  )
}
