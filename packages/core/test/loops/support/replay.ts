import { expect } from 'vitest'
import type { Callback } from '../../../src/callbacks/callback.ts'
import type { TrainingModule } from '../../../src/module/training-module.ts'
import type { LRSchedulerLike } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import type { Closure, Optimizer } from '../../../src/optim/optimizer.ts'
import type { Parameter } from '../../../src/tensor/parameter.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { expectWithin } from '../../support/close.ts'
import traces from '../fixtures/traces.json' with { type: 'json' }

/** A recorded run: events in order, one entry a real optimizer step, and how it ended. */
export interface Trace {
  readonly events: readonly string[]
  readonly steps?: readonly RecordedStep[]
  readonly final: {
    readonly globalStep: number
    readonly currentEpoch: number
    readonly params: Readonly<Record<string, readonly number[]>>
    readonly metrics: Readonly<Record<string, number>>
  }
}

interface RecordedStep {
  readonly opt: string
  readonly lr: readonly number[]
  readonly ret: number | null
  readonly params: readonly (readonly number[])[]
  readonly grads: readonly (readonly number[] | null)[]
}

interface SeenStep {
  readonly opt: string
  readonly lr: readonly number[]
  readonly ret: Tensor | null
  readonly params: readonly Tensor[]
  readonly grads: readonly (Tensor | null)[]
}

export type TraceName = keyof typeof traces.scenarios

export function trace(name: TraceName): Trace {
  return traces.scenarios[name] as unknown as Trace
}

/** An event, and the loss that belongs to it. */
interface Event {
  readonly name: string
  readonly loss: Tensor | null
}

/** Notes what happens in a run, under the names that the recorded runs use. */
export class Recorder {
  readonly events: Event[] = []
  readonly #steps: SeenStep[] = []

  note(name: string, loss: Tensor | null = null): void {
    this.events.push({ name, loss: loss === null ? null : loss.detach().keep() })
  }

  /** Notes the steps of an optimizer, and what they come to. */
  optimizer<T extends Optimizer>(optimizer: T, name = 'opt'): T {
    const step = optimizer.step.bind(optimizer)
    const zeroGrad = optimizer.zeroGrad.bind(optimizer)
    optimizer.step = async (closure) => {
      this.note(`${name}.step>`)
      const ret = await step(closure && this.#closure(name, closure))
      this.note(`${name}.step<`)
      const groups: Optimizer['paramGroups'] = optimizer.paramGroups
      const params = groups.flatMap((group) => group.params)
      this.#steps.push({
        opt: name,
        lr: groups.map(({ lr }) => lr),
        ret: ret?.detach().keep() ?? null,
        params: params.map((parameter: Parameter) => parameter.detach().keep()),
        grads: params.map((parameter: Parameter) => parameter.grad?.detach().keep() ?? null),
      })
      return ret
    }
    optimizer.zeroGrad = (options) => {
      this.note(`${name}.zero_grad`)
      zeroGrad(options)
    }
    return optimizer
  }

  scheduler<T extends LRSchedulerLike>(scheduler: T): T {
    const step = scheduler.step.bind(scheduler)
    scheduler.step = (metric) => {
      this.note(`sched.step(${metric ?? ''})`)
      step(metric)
    }
    return scheduler
  }

  /** Notes every hook of the module, and gives a callback that notes its own. */
  hooks(module: TrainingModule<never>): Callback {
    for (const name of [...moduleHooks, ...sharedHooks]) this.#hook(module, name)
    return Object.fromEntries(sharedHooks.map((name) => [name, () => this.note(`C.${name}`)]))
  }

  /** Expects the run to have been as recorded. */
  async expectLike({ events, steps, final }: Trace, module: TrainingModule<never>): Promise<void> {
    const expected = events.map(parseEvent)
    expect(this.events.map(({ name }) => name)).toEqual(expected.map(({ name }) => name))
    for (const [i, { loss }] of expected.entries()) {
      if (loss !== null) expectWithin([await this.events[i]!.loss!.item()], [loss], 1e-12)
    }
    if (steps !== undefined) {
      expect(this.#steps.map(({ opt, lr }) => ({ opt, lr }))).toEqual(steps.map(({ opt, lr }) => ({ opt, lr })))
      for (const [i, step] of steps.entries()) await expectStep(this.#steps[i]!, step)
    }
    const params = Object.entries(final.params)
    expect(params.map(([name]) => name)).toEqual([...module.stateDict().keys()])
    for (const [name, numbers] of params) await expectNumbers(module.stateDict().get(name)!, numbers)
  }

  #closure(name: string, closure: Closure): Closure {
    return async () => {
      this.note(`${name}.closure>`)
      const result = await closure()
      this.note(`${name}.closure<`)
      return result
    }
  }

  #hook(module: TrainingModule<never>, name: string): void {
    const hooks = module as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>
    const hook = hooks[name]
    if (hook === undefined) return
    const value = (...args: unknown[]) => {
      this.note(`M.${name}`)
      const result = hook.apply(module, args)
      if (!hooksWithEnd.includes(name)) return result
      if (!(result instanceof Promise)) {
        this.note(`M.${name}<`)
        return result
      }
      return result.then((settled: unknown) => {
        this.note(`M.${name}<`)
        return settled
      })
    }
    Object.defineProperty(module, name, { value })
  }
}

const hooksWithEnd = ['optimizerStep', 'manualBackward', 'backward', 'trainingStep']

const moduleHooks = [
  'configureOptimizers',
  'trainingStep',
  'validationStep',
  'optimizerStep',
  'optimizerZeroGrad',
  'backward',
  'configureGradientClipping',
  'clipGradients',
  'manualBackward',
  'lrSchedulerStep',
]

const sharedHooks = [
  'onFitStart',
  'onTrainStart',
  'onTrainEpochStart',
  'onTrainBatchStart',
  'onTrainBatchEnd',
  'onTrainEpochEnd',
  'onTrainEnd',
  'onFitEnd',
  'onValidationStart',
  'onValidationEpochStart',
  'onValidationBatchStart',
  'onValidationBatchEnd',
  'onValidationEpochEnd',
  'onValidationEnd',
  'onBeforeZeroGrad',
  'onBeforeBackward',
  'onAfterBackward',
  'onBeforeOptimizerStep',
] as const

/** Hooks of data modules, checkpoints and sanity checks, which other parts of Voltaic bring or do not have. */
const elsewhere =
  /^[CM]\.(configure_callbacks|prepare_data|setup|teardown|on_before_batch_transfer|transfer_batch_to_device|on_after_batch_transfer|on_validation_model_eval|on_validation_model_zero_grad)$/

/** The hooks of a recorded run as Voltaic names them, without the sanity check and what is elsewhere. */
export function withHooks(recorded: Trace): Trace {
  const end = recorded.events.indexOf('C.on_sanity_check_end')
  const start = recorded.events.indexOf('C.on_sanity_check_start')
  const events = recorded.events.filter((event, i) => !elsewhere.test(event) && (i < start || i > end))
  return { ...recorded, events: events.map(camelCase) }
}

function camelCase(event: string): string {
  if (!/^[CM]\./.test(event)) return event
  return event.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** `training_step[0] gs=0 loss=0.18`: the name and the loss in it. */
function parseEvent(event: string): { readonly name: string; readonly loss: number | null } {
  const [name, loss] = event.split(' loss=')
  return { name: name!, loss: loss === undefined ? null : Number(loss) }
}

async function expectStep(seen: SeenStep, { ret, params, grads }: RecordedStep): Promise<void> {
  expect(seen.ret === null).toBe(ret === null)
  if (ret !== null) await expectNumbers(seen.ret!, [ret])
  for (const [i, numbers] of params.entries()) await expectNumbers(seen.params[i]!, numbers)
  for (const [i, numbers] of grads.entries()) {
    const gradient = seen.grads[i]!
    if (numbers === null) expect(gradient).toBeNull()
    else await expectNumbers(gradient!, numbers)
  }
}

async function expectNumbers(tensor: Tensor, numbers: readonly number[]): Promise<void> {
  expectWithin(await tensor.data(), numbers, 1e-12)
}
