import {
  type Callback,
  type Closure,
  ExpiredTensorError,
  type LRSchedulerLike,
  type Optimizer,
  type Tensor,
  type TrainingModule,
} from '@voltaic/core'
import type { Batch } from './batches.ts'
import type { TracedStep } from './trace.ts'

/** What is not part of the trace if it turns out to have been skipped. */
interface Skippable {
  readonly events: readonly [from: number, to: number]
  readonly steps: readonly [from: number, to: number]
  readonly skipped: Tensor
  /** Noted in its place. */
  readonly event: string
}

interface SeenStep {
  readonly opt: string
  readonly lr: readonly number[]
  readonly ret: Tensor | null
  readonly params: readonly Tensor[]
  readonly grads: readonly (Tensor | null)[]
}

/** Notes what happens in a run. It keeps the tensors that it notes, and reads none of them before the run is over. */
export class Recorder {
  /** What actions noted beside events. */
  readonly extra: unknown[] = []
  readonly #events: (readonly (string | Tensor)[])[] = []
  readonly #steps: SeenStep[] = []
  readonly #skippable: Skippable[] = []

  /** An event, in parts; a tensor of one element is read when the run is over. */
  note(...parts: readonly (string | Tensor)[]): void {
    this.#events.push(parts.map((part) => (typeof part === 'string' ? part : part.detach().keep())))
  }

  /** Runs `body`, which says whether it was skipped: if so, `event` is noted in place of what it notes. */
  async unless(event: string, body: () => Promise<Tensor>): Promise<void> {
    const from = [this.#events.length, this.#steps.length] as const
    const skipped = (await body()).detach().keep()
    const [events, steps] = [
      [from[0], this.#events.length],
      [from[1], this.#steps.length],
    ] as const
    this.#skippable.push({ events, steps, skipped, event })
  }

  /** Notes the steps of an optimizer, its closures, what steps come to, and when it zeroes. */
  optimizer<T extends Optimizer>(optimizer: T, name: string): T {
    const step = optimizer.step.bind(optimizer)
    const zeroGrad = optimizer.zeroGrad.bind(optimizer)
    optimizer.step = async (closure, options) => {
      this.note(`${name}.step>`)
      const ret = await step(closure && this.#closure(name, closure), options)
      this.note(`${name}.step<`)
      this.#noteStep(optimizer, name, ret)
      return ret
    }
    optimizer.zeroGrad = (options) => {
      this.note(`${name}.zeroGrad`)
      zeroGrad(options)
    }
    return optimizer
  }

  /** Notes the steps of a scheduler, with the metric that it is given. */
  scheduler<T extends LRSchedulerLike>(scheduler: T, name: string): T {
    const step = scheduler.step.bind(scheduler)
    scheduler.step = (metric) => {
      this.note(`${name}.step(${metric ?? ''})`)
      step(metric)
    }
    return scheduler
  }

  /** Notes every hook of the module, and gives a callback that notes every hook that it is asked for. */
  hooks(module: TrainingModule<Batch>): Callback {
    for (const name of hookNames(module)) this.#hook(module, name)
    return new Proxy<Callback>(
      {},
      { get: (target, name) => (isCallbackHook(name) ? () => this.note(`C.${name}`) : Reflect.get(target, name)) },
    )
  }

  /** The events as text. */
  async events(): Promise<string[]> {
    const events = await Promise.all(this.#events.map(async (parts) => (await Promise.all(parts.map(textOf))).join('')))
    for (const {
      events: [from, to],
      event,
    } of (await this.#skipped()).reverse()) {
      events.splice(from, to - from, event)
    }
    return events
  }

  async #skipped(): Promise<Skippable[]> {
    const flags = await Promise.all(this.#skippable.map(({ skipped }) => numbersOf(skipped)))
    return this.#skippable.filter((_, i) => flags[i]![0] === 1)
  }

  /** The steps as numbers. */
  async steps(): Promise<TracedStep[]> {
    const left = [...this.#steps]
    for (const {
      steps: [from, to],
    } of (await this.#skipped()).reverse())
      left.splice(from, to - from)
    return Promise.all(
      left.map(async ({ opt, lr, ret, params, grads }) => ({
        opt,
        lr,
        ret: ret === null ? null : (await numbersOf(ret))[0]!,
        params: await Promise.all(params.map(numbersOf)),
        grads: await Promise.all(grads.map((grad) => (grad === null ? null : numbersOf(grad)))),
      })),
    )
  }

  #closure(name: string, closure: Closure): Closure {
    return async () => {
      this.note(`${name}.closure>`)
      const result = await closure()
      this.note(`${name}.closure<`)
      return result
    }
  }

  #noteStep(optimizer: Optimizer, opt: string, ret: Tensor | null): void {
    const params = optimizer.paramGroups.flatMap((group) => [...group.params])
    this.#steps.push({
      opt,
      lr: optimizer.paramGroups.map(({ lr }) => lr),
      ret: ret?.detach().keep() ?? null,
      params: params.map((parameter) => parameter.detach().keep()),
      grads: params.map(({ grad }) => grad?.detach().keep() ?? null),
    })
  }

  #hook(module: TrainingModule<Batch>, name: string): void {
    const hook = (module as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>)[name]!
    const end = hooksWithEnd.has(name) ? () => this.note(`M.${name}<`) : () => {}
    const value = (...args: unknown[]) => {
      this.note(`M.${name}`)
      const result = hook.apply(module, args)
      if (result instanceof Promise) {
        return result.then((settled: unknown) => {
          end()
          return settled
        })
      }
      end()
      return result
    }
    Object.defineProperty(module, name, { value, configurable: true })
  }
}

/** Hooks whose end is an event, too. */
const hooksWithEnd: ReadonlySet<string> = new Set(['optimizerStep', 'manualBackward', 'backward', 'trainingStep'])

/** Those of them that callbacks have, too. */
const sharedHooks: ReadonlySet<string> = new Set(['setup', 'teardown'])

/** Hooks of callbacks that are not named `on…`. */
const otherCallbackHooks: ReadonlySet<string> = new Set([...sharedHooks, 'stateDict', 'loadStateDict'])

/** Hooks that are not named `on…`. */
const otherHooks: ReadonlySet<string> = new Set([
  ...hooksWithEnd,
  ...sharedHooks,
  'configureCallbacks',
  'prepareData',
  'trainDataloader',
  'valDataloader',
  'testDataloader',
  'predictDataloader',
  'transferBatchToDevice',
  'configureOptimizers',
  'configureGradientClipping',
  'clipGradients',
  'lrSchedulerStep',
  'optimizerZeroGrad',
  'validationStep',
  'testStep',
  'predictStep',
  'trainingEpochEnd',
  'validationEpochEnd',
])

function isHook(name: string): boolean {
  return /^on[A-Z]/.test(name) || otherHooks.has(name)
}

function isCallbackHook(name: string | symbol): name is string {
  return typeof name === 'string' && (/^on[A-Z]/.test(name) || otherCallbackHooks.has(name))
}

/** Every hook that the module has, its own or inherited. */
function hookNames(module: object): string[] {
  const names = new Set<string>()
  for (let owner = module; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value === 'function' && isHook(name)) names.add(name)
    }
  }
  return [...names]
}

async function textOf(part: string | Tensor): Promise<string> {
  if (typeof part === 'string') return part
  const numbers = await readOrNull(part)
  return numbers === null ? '?' : String(numbers[0])
}

async function numbersOf(x: Tensor): Promise<number[]> {
  return (await readOrNull(x)) ?? Array.from({ length: x.numel }, () => Number.NaN)
}

/** Null when the step that computed it failed, and took it along. */
async function readOrNull(x: Tensor): Promise<number[] | null> {
  try {
    return Array.from(await x.data(), Number)
  } catch (error) {
    if (error instanceof ExpiredTensorError) return null
    throw error
  }
}
