import { enableGrad, noGrad } from '../autograd/no-grad.ts'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { stopGradient } from '../graph/alias.ts'
import { cast, fullLike } from '../graph/build.ts'
import { type UpdateOp, updateDType } from '../graph/composites/updates/define-update.ts'
import type { DType } from '../graph/dtype.ts'
import { record, scalarValue } from '../graph/record.ts'
import { formatShape, type Shape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { commit, rollback } from '../tensor/flush.ts'
import { Parameter } from '../tensor/parameter.ts'
import { realm } from '../tensor/realm.ts'
import { Slot } from '../tensor/slot.ts'
import { snapshot } from '../tensor/snapshot.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type StepContext, unlessSkipped } from './step-context.ts'

/** What every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate, ≥ 0. */
  readonly lr: number
}

/** Parameters that share options. The options may be changed between steps, by a scheduler say; nothing recompiles. */
export type ParamGroup<Options extends OptimizerOptions> = { -readonly [K in keyof Options]: Options[K] } & {
  readonly params: readonly Parameter[]
  /** The learning rate that schedulers start from. */
  initialLr?: number
}

/** Parameters with options of their own, in place of the optimizer's. */
export type ParamGroupOptions<Options extends OptimizerOptions> = Partial<Options> & {
  readonly params: Iterable<Parameter>
}

/** What an optimizer learns from: parameters, or groups of them. */
export type OptimizerParameters<Options extends OptimizerOptions> =
  | Iterable<Parameter>
  | readonly ParamGroupOptions<Options>[]

/** Recomputes the loss: zeroes gradients, goes forward and backward, and returns the loss. */
export type Closure = () => Promise<Tensor | null> | Tensor | null

/** What an optimizer of one's own may take beside a closure. */
export type StepOptions = Readonly<Record<string, unknown>>

/** State of an optimizer, as saved: tensors by the index of their parameter, and the options of each group. */
export interface OptimizerStateDict {
  readonly state: Readonly<Record<number, Readonly<Record<string, Tensor>>>>
  readonly paramGroups: readonly Readonly<Record<string, unknown>>[]
}

/** State of one parameter by name, as PyTorch spells it: `exp_avg`, `momentum_buffer`. */
export type ParameterState = Map<string, Slot>

/** What the update of a parameter is made of, beside the parameter. */
export interface Learning<State extends string, Scalar extends string, A extends object> {
  readonly gradient: Value
  readonly scalars: Readonly<Record<Scalar, Value>>
  /** State before the first step, from the parameter. */
  readonly initial: Readonly<Record<State, (p: Value) => Value>>
  readonly attributes: A
}

/**
 * Updates parameters by their gradients. Updates are recorded like any op: inside a training step they run with its
 * commit, elsewhere with `await step()`.
 */
export abstract class Optimizer<Options extends OptimizerOptions = OptimizerOptions> {
  readonly paramGroups: ParamGroup<Options>[] = []
  readonly state: Map<Parameter, ParameterState> = new Map()
  readonly defaults: Options
  /** State that is one float32 number, whatever its parameter. */
  protected readonly scalarState: ReadonlySet<string> = new Set(['step'])
  #context: StepContext = {}
  /** Runtime scalars of the group that is being updated. */
  readonly #scalars = new Map<string, Readonly<Record<string, Value>>>()

  /**
   * @throws MisconfigurationError when there is no parameter, or one is given twice
   * @throws OutOfRangeError when an option is out of range
   */
  constructor(parameters: OptimizerParameters<Options>, defaults: Options) {
    this.defaults = defaults
    requireIterable(this.constructor.name, parameters)
    const list = [...parameters]
    if (list.length === 0) {
      throw new MisconfigurationError(`${this.constructor.name}: needs at least one parameter, got an empty list`)
    }
    const areParameters = list.every((entry) => entry instanceof Parameter)
    const groups = areParameters ? [{ params: list }] : list
    for (const group of groups) this.addParamGroup(group as ParamGroupOptions<Options>)
  }

  /** Adds parameters, with options of their own if given. @throws MisconfigurationError when one is in a group already */
  addParamGroup({ params, ...options }: ParamGroupOptions<Options>): void {
    requireIterable(this.constructor.name, params)
    const added = [...params]
    const known = new Set(this.paramGroups.flatMap((group) => group.params))
    for (const parameter of added) {
      if (!(parameter instanceof Parameter)) {
        throw new MisconfigurationError(`${this.constructor.name}: optimizes parameters, got ${String(parameter)}`)
      }
      this.checkParameter(parameter)
      if (known.has(parameter)) {
        throw new MisconfigurationError(
          `${this.constructor.name}: a parameter is given twice, got ${String(parameter)}`,
        )
      }
      known.add(parameter)
    }
    const merged = { ...this.defaults, ...options }
    this.check(merged)
    this.paramGroups.push({ ...merged, params: added } as ParamGroup<Options>)
  }

  /**
   * Updates every parameter that has a gradient.
   *
   * @param closure - recomputes the loss first
   * @param _options - for optimizers of one's own: what the caller of a wrapped optimizer's step gave
   * @returns what the closure returned
   */
  async step(closure?: Closure, _options?: StepOptions): Promise<Tensor | null> {
    const loss = closure === undefined ? null : await enableGradFor(closure)
    if (realm.step === null) await this.#stepOutside(loss)
    else noGrad(() => this.update())
    return loss
  }

  /** A step as a precision plugin wants it made; see `step`. */
  async stepWith(context: StepContext, closure?: Closure, options?: StepOptions): Promise<Tensor | null> {
    this.#context = context
    try {
      return await this.step(closure, options)
    } finally {
      this.#context = {}
    }
  }

  /** Forgets the gradients, or fills them with zeros where there are any if `setToNull` is false. */
  zeroGrad({ setToNull = true }: { readonly setToNull?: boolean } = {}): void {
    for (const { gradient } of this.#parameters()) {
      const { value } = gradient
      if (value !== null) gradient.value = setToNull ? null : fullLike(value, 0)
    }
  }

  /** A snapshot of state and options, untouched by later steps. */
  stateDict(): OptimizerStateDict {
    const parameters = this.#parameters()
    const state: Record<number, Record<string, Tensor>> = {}
    for (const [i, parameter] of parameters.entries()) {
      const slots = this.state.get(parameter)
      // A first step that was rolled back leaves its slots empty.
      const filled = [...(slots ?? [])].filter(([, slot]) => slot.value !== null)
      if (filled.length > 0) state[i] = Object.fromEntries(filled.map(([name, slot]) => [name, snapshot(slot)]))
    }
    const paramGroups = this.paramGroups.map(({ params, ...options }) => ({
      ...options,
      params: params.map((parameter) => parameters.indexOf(parameter)),
    }))
    return { state, paramGroups }
  }

  /**
   * Takes over saved state. Groups and parameters must come in the order in which they were saved.
   *
   * @throws MisconfigurationError, ShapeError or OutOfRangeError when they do not fit; nothing has changed then
   */
  loadStateDict({ state, paramGroups }: OptimizerStateDict): void {
    const parameters = this.#parameters()
    this.#checkGroups(paramGroups)
    for (const [i, entries] of Object.entries(state)) this.checkState(Number(i), parameters[Number(i)], entries)
    const options = paramGroups.map(({ params: _, ...rest }) => rest)
    for (const [i, group] of this.paramGroups.entries()) this.check({ ...group, ...options[i] })
    for (const [i, group] of this.paramGroups.entries()) Object.assign(group, options[i])
    const before = [...this.state.values()].flatMap((slots) => [...slots.values()])
    this.state.clear()
    for (const [i, entries] of Object.entries(state)) {
      const parameter = parameters[Number(i)]!
      const slots = this.stateOf(parameter)
      for (const [name, { value }] of Object.entries(entries)) {
        const dtype = this.scalarState.has(name) ? 'float32' : parameter.dtype
        const loaded = noGrad(() => cast(value, dtype))
        slots.set(name, new Slot(name, stopGradient(loaded), { keepsInitial: true }))
      }
    }
    for (const slot of before) slot.drop()
  }

  /** The shape of a piece of a parameter's state: the parameter's. */
  protected shapeOfState(name: string, parameter: Parameter): Shape {
    return this.scalarState.has(name) ? [] : parameter.shape
  }

  /** Refuses a parameter that this optimizer cannot learn. */
  protected checkParameter(_parameter: Parameter): void {}

  /** Checks the options of a group. @throws OutOfRangeError */
  protected check({ lr }: Options): void {
    this.checkRange('lr', lr, lr >= 0, 'a number ≥ 0')
  }

  protected checkRange(option: string, got: number, isGood: boolean, wanted: string): void {
    if (typeof got === 'number' && isGood) return
    throw new OutOfRangeError(`${this.constructor.name}: ${option} is ${wanted}, got ${got}`)
  }

  /** Records the update of one parameter. */
  protected abstract updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<Options>): void

  /** State of a parameter, empty at first. */
  protected stateOf(parameter: Parameter): ParameterState {
    let slots = this.state.get(parameter)
    if (slots === undefined) {
      slots = new Map()
      this.state.set(parameter, slots)
    }
    return slots
  }

  /**
   * One piece of a parameter's state, or null before it is set; in the parameter's dtype, should that have been cast since.
   */
  protected read(parameter: Parameter, name: string): Value | null {
    const value = this.state.get(parameter)?.get(name)?.value ?? null
    return value === null || this.scalarState.has(name) ? value : cast(value, parameter.dtype)
  }

  /**
   * Assigns a piece of a parameter's state.
   *
   * @param before - what stays should the update be skipped; default: what there was, and zeros at first
   */
  protected write(parameter: Parameter, name: string, value: Value, before?: Value): void {
    const slots = this.stateOf(parameter)
    const slot = slots.get(name)
    const kept = () => before ?? this.read(parameter, name) ?? fullLike(value, 0)
    const next = this.#context.skip == null ? value : unlessSkipped(this.#context, value, kept())
    if (slot === undefined) slots.set(name, new Slot(name, next))
    else slot.value = next
  }

  /** Records the update of a parameter, and assigns what comes of it to the parameter and its state. */
  protected learn<State extends string, Scalar extends string, A extends object>(
    parameter: Parameter,
    op: UpdateOp<State, Scalar, A>,
    { gradient, scalars, initial, attributes }: Learning<State, Scalar, A>,
  ): void {
    const p = parameter.value
    const names = op.state(attributes)
    const numbers = op.scalars.map((name) => scalars[name])
    const state = names.map((name) => this.read(parameter, name) ?? initial[name](p))
    const { round = null } = this.#context
    const wide = updateDType(parameter.dtype)
    const isRounded = round !== null && wide !== parameter.dtype
    const widened = (x: Value) => (isRounded ? cast(x, wide) : x)
    const inputs = [p, gradient, ...numbers, ...state].map(widened)
    const [updated, ...pieces] = record(op, inputs, attributes)
    parameter.slot.value = isRounded ? round(updated!, parameter.dtype) : updated!
    for (const [i, name] of names.entries()) {
      this.write(parameter, name, cast(pieces[i]!, state[i]!.spec.dtype), state[i]!)
    }
  }

  /**
   * Numbers of a group as runtime scalars: what `make` makes, once for all parameters of the group that ask for `key`.
   *
   * @param dtype - of the parameter
   */
  protected scalars<Name extends string>(
    dtype: DType,
    make: () => Readonly<Record<Name, number>>,
    key = '',
  ): Readonly<Record<Name, Value>> {
    const [place, wide] = [`${dtype} ${key}`, updateDType(dtype)]
    const known = this.#scalars.get(place) as Record<Name, Value> | undefined
    if (known !== undefined) return known
    const scalars = Object.entries<number>(make()).map(([name, x]) => [name, scalarValue(x, wide)])
    const made = Object.fromEntries(scalars) as Record<Name, Value>
    this.#scalars.set(place, made)
    return made
  }

  /** Checks two decay rates. @throws OutOfRangeError */
  protected checkBetas(betas: readonly [number, number]): void {
    for (const i of [0, 1] as const) {
      const beta = betas[i]
      this.checkRange(`betas[${i}]`, beta, beta >= 0 && beta < 1, 'in [0, 1)')
    }
  }

  /** Checks that options are ≥ 0. @throws OutOfRangeError naming the first that is not */
  protected checkNotNegative(options: Readonly<Record<string, number>>): void {
    for (const [option, got] of Object.entries(options)) this.checkRange(option, got, got >= 0, 'a number ≥ 0')
  }

  /** Records the updates of all parameters that have a gradient. */
  protected update(): void {
    for (const group of this.paramGroups) {
      this.#scalars.clear()
      for (const parameter of group.params) {
        const gradient = parameter.gradient.value
        if (gradient === null) continue
        const before = parameter.value
        this.updateParameter(parameter, stopGradient(gradient), group)
        if (this.#context.skip == null) continue
        parameter.slot.value = unlessSkipped(this.#context, parameter.value, before)
      }
    }
  }

  /** Outside a training step: all updates, or none after a throw. */
  async #stepOutside(loss: Tensor | null): Promise<void> {
    try {
      noGrad(() => this.update())
      await commit(loss === null ? [] : [loss.value])
    } catch (error) {
      rollback()
      throw error
    }
  }

  #parameters(): Parameter[] {
    return this.paramGroups.flatMap((group) => group.params)
  }

  #checkGroups(saved: OptimizerStateDict['paramGroups']): void {
    const counts = (groups: readonly { readonly params?: unknown }[]) =>
      groups.map(({ params }) => (params as readonly unknown[]).length).join(', ')
    const [have, got] = [counts(this.paramGroups), counts(saved)]
    if (have !== got) {
      throw new MisconfigurationError(`loadStateDict: the groups have ${have} parameters, got a state of ${got}`)
    }
  }

  /** Checks saved state of parameter `i`. @throws MisconfigurationError or ShapeError when it does not fit */
  protected checkState(i: number, parameter: Parameter | undefined, entries: Readonly<Record<string, Tensor>>): void {
    if (parameter === undefined)
      throw new MisconfigurationError(`loadStateDict: there is no parameter ${i}, got state for it`)
    for (const [name, tensor] of Object.entries(entries)) {
      const [wanted, got] = [this.shapeOfState(name, parameter), tensor.shape].map(formatShape)
      if (got === wanted) continue
      throw new ShapeError(`loadStateDict: ${name} of parameter ${i} has the shape ${wanted}, got ${got}`)
    }
  }
}

function requireIterable(who: string, parameters: unknown): void {
  if (typeof (parameters as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] === 'function') return
  throw new MisconfigurationError(
    `${who}: takes parameters, or groups { params } of them, got ${describe(parameters)}; pass module.parameters()`,
  )
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}

/** Runs a closure with gradients recorded, whatever is around it. */
export function enableGradFor(closure: Closure): ReturnType<Closure> {
  // An asynchronous closure records under the ambient mode; the switch holds for what it does before its first await.
  let result: ReturnType<Closure> = null
  enableGrad(() => {
    result = closure()
  })
  return result
}
