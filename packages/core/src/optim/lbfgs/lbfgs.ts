import { noGrad } from '../../autograd/no-grad.ts'
import { MisconfigurationError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { copyValue } from '../../graph/build-graph.ts'
import { scalarValue } from '../../graph/record.ts'
import type { Value } from '../../graph/value.ts'
import { tensor, zeros } from '../../tensor/creation.ts'
import { commit, read } from '../../tensor/flush.ts'
import type { Parameter } from '../../tensor/parameter.ts'
import { realm } from '../../tensor/realm.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import {
  type Closure,
  enableGradFor,
  Optimizer,
  type OptimizerOptions,
  type OptimizerParameters,
  type OptimizerStateDict,
  type ParamGroupOptions,
} from '../optimizer.ts'
import { FlatParameters } from './flat-parameters.ts'
import { History, type HistoryState, type Products } from './history.ts'
import { type LinePoint, strongWolfe } from './strong-wolfe.ts'

export interface LBFGSOptions extends OptimizerOptions {
  /** Default 1. */
  readonly lr: number
  /** Iterations a step; default 20. */
  readonly maxIter: number
  /** Evaluations of the closure a step; default maxIter · 5/4. */
  readonly maxEval: number
  /** A gradient whose largest element is no larger ends the step; default 1e-7. */
  readonly toleranceGrad: number
  /** A smaller change of parameters or loss ends the step; default 1e-9. */
  readonly toleranceChange: number
  /** Pairs that are kept; default 100. They take 2 · historySize times the memory of the parameters. */
  readonly historySize: number
  /** `'strong_wolfe'`, or null (default) for steps of length lr. */
  readonly lineSearchFn: 'strong_wolfe' | null
}

/** A loss and its gradient, on the device and what of it the host must know. */
interface Evaluation {
  readonly loss: Tensor
  readonly lossNumber: number
  /** `[1, n]`, realised. */
  readonly gradient: Value
  readonly largest: number
  readonly absoluteSum: number
  readonly square: number
  /** Inner product with the direction, where one was given. */
  readonly slope: number
}

/** Where the last step ended, on the host. */
interface Place extends HistoryState {
  readonly nIter: number
  readonly funcEvals: number
  readonly t: number
}

/**
 * Limited-memory BFGS (Liu and Nocedal 1989), in PyTorch's form. A step evaluates its closure several times; each evaluation
 * is a commit, since the search looks at the numbers.
 *
 * All parameters are one group, of one dtype.
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  #flat: FlatParameters | null = null
  #history: History | null = null
  #nIter = 0
  #funcEvals = 0
  /** Length of the last step along the direction. */
  #t = 0
  /** State that was loaded, until the next step takes it up. */
  #loaded: HistoryState | null = null

  constructor(parameters: OptimizerParameters<LBFGSOptions>, options: Partial<LBFGSOptions> = {}) {
    const { maxIter = 20 } = options
    const defaults: LBFGSOptions = {
      lr: 1,
      maxIter,
      maxEval: Math.floor((maxIter * 5) / 4),
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    }
    super(parameters, { ...defaults, ...options })
  }

  /** @throws MisconfigurationError for a second group, or parameters of several dtypes */
  override addParamGroup(group: ParamGroupOptions<LBFGSOptions>): void {
    if (this.paramGroups.length > 0) {
      throw new MisconfigurationError('LBFGS: all parameters are one group, got a second one; give them together')
    }
    const params = [...group.params]
    const dtypes = new Set(params.map(({ dtype }) => dtype))
    if (dtypes.size > 1) {
      throw new MisconfigurationError(`LBFGS: parameters are of one dtype, got ${[...dtypes].join(', ')}`)
    }
    super.addParamGroup({ ...group, params })
  }

  protected override check(options: LBFGSOptions): void {
    super.check(options)
    const { maxIter, maxEval, historySize, toleranceGrad, toleranceChange, lineSearchFn } = options
    for (const [name, count] of Object.entries({ maxIter, maxEval, historySize })) {
      this.checkRange(name, count, Number.isInteger(count) && count >= 1, 'a whole number ≥ 1')
    }
    this.checkNotNegative({ toleranceGrad, toleranceChange })
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe') {
      throw new MisconfigurationError(
        `LBFGS: lineSearchFn is 'strong_wolfe' or null, got ${JSON.stringify(lineSearchFn)}`,
      )
    }
  }

  /**
   * Iterations until one of the limits.
   *
   * @param closure - zeroes gradients, goes forward and backward, returns the loss; called several times
   * @returns the loss of the first evaluation
   * @throws MisconfigurationError without a closure, or when it returns no loss
   */
  override async step(closure?: Closure): Promise<Tensor | null> {
    if (closure === undefined) {
      throw new MisconfigurationError('LBFGS: a step needs a closure, got none; write step(closure)')
    }
    try {
      const loss = await this.#step(closure)
      if (realm.step === null) await commit()
      return loss
    } catch (error) {
      // Parameters are those of the last evaluation: what was learned of their surroundings may not fit.
      this.#forget()
      throw error
    }
  }

  async #step(closure: Closure): Promise<Tensor> {
    await this.#prepare()
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn } = this.paramGroups[0]!
    let now = await this.#evaluate(closure)
    const { loss } = now
    let evaluations = 1
    this.#funcEvals++
    if (now.largest <= toleranceGrad) return loss
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      this.#nIter++
      const { direction, slope } = await this.#direction(now)
      this.#write('d', direction)
      this.#write('prev_flat_grad', now.gradient)
      this.#t = this.#nIter === 1 ? Math.min(1, 1 / now.absoluteSum) * lr : lr
      if (slope > -toleranceChange) break
      const before = now.lossNumber
      let largestStep = 0
      if (lineSearchFn !== null) {
        const found = await this.#search(closure, now, slope)
        now = found.evaluation
        largestStep = found.largest
        evaluations += found.evaluations
        this.#funcEvals += found.evaluations
      } else {
        this.#move(this.#flat!.values, this.#t)
        if (iteration < maxIter) {
          const largest = noGrad(() => largestOf(direction))
          now = await this.#evaluate(closure, { extra: [largest] })
          largestStep = (await numbersOf(largest))[0]!
          evaluations++
          this.#funcEvals++
        }
      }
      if (iteration === maxIter || evaluations >= maxEval || now.largest <= toleranceGrad) break
      if (largestStep * Math.abs(this.#t) <= toleranceChange) break
      if (Math.abs(now.lossNumber - before) < toleranceChange) break
    }
    return loss
  }

  /** The direction −H·g, as recorded, and its slope. What the last step showed joins the history. */
  async #direction({ gradient, square }: Evaluation): Promise<{ direction: Value; slope: number }> {
    const history = this.#history!
    const rows = this.#read('rows')
    if (this.#nIter === 1) return { direction: noGrad(() => build.neg(gradient)), slope: -square }
    const [s, y] = noGrad(() => [
      build.mul(this.#read('d'), scalarValue(this.#t, gradient.spec.dtype)),
      build.sub(gradient, this.#read('prev_flat_grad')),
    ])
    const products = await productsOf(rows, [s!, y!, gradient])
    const place = history.add(products)
    const withGradient = products.withRows.map(([, , product]) => product)
    if (place >= 0) {
      withGradient[place] = products.among[0]![2]
      withGradient[place + history.size] = products.among[1]![2]
    }
    const coefficients = history.direction(withGradient)
    const kept = noGrad(() => (place < 0 ? rows : withPair(rows, s!, y!, place)))
    if (place >= 0) this.#write('rows', kept)
    const { dtype } = gradient.spec
    const weights = tensor(coefficients, { shape: [1, coefficients.length], dtype }).value
    const direction = noGrad(() => build.matmul(weights, build.concat([kept, gradient], 0)))
    const slope = coefficients.reduce((sum, c, i) => sum + c * (withGradient[i] ?? square), 0)
    return { direction, slope }
  }

  /** A step along the direction that fulfils the Wolfe conditions; parameters are at its end. */
  async #search(
    closure: Closure,
    now: Evaluation,
    slope: number,
  ): Promise<{ evaluation: Evaluation; evaluations: number; largest: number }> {
    const direction = this.#read('d')
    const [from, largestValue] = noGrad(() => [copyValue(this.#flat!.values), largestOf(direction)])
    // Both outlive the parameters that they are computed from.
    await commit([from!, largestValue!])
    const [largest] = await numbersOf(largestValue!)
    const evaluate = async (t: number): Promise<LinePoint<Evaluation>> => {
      this.#move(from!, t)
      const evaluation = await this.#evaluate(closure, { along: this.#read('d') })
      return { t, loss: evaluation.lossNumber, gradient: evaluation, slope: evaluation.slope }
    }
    const start: LinePoint<Evaluation> = { t: 0, loss: now.lossNumber, gradient: now, slope }
    const { point, evaluations } = await strongWolfe({ evaluate, start, t: this.#t, largest: largest! })
    this.#t = point.t
    this.#move(from!, point.t)
    return { evaluation: point.gradient, evaluations, largest: largest! }
  }

  /** Parameters at `from` + t·d. */
  #move(from: Value, t: number): void {
    noGrad(() => {
      const d = this.#read('d')
      this.#flat!.assign(build.add(from, build.mul(d, scalarValue(t, d.spec.dtype))))
    })
  }

  /** Runs the closure, and commits: the search decides by the numbers. */
  async #evaluate(
    closure: Closure,
    { along = null, extra = [] }: { readonly along?: Value | null; readonly extra?: readonly Value[] } = {},
  ): Promise<Evaluation> {
    const loss = await enableGradFor(closure)
    if (loss === null || loss === undefined) {
      throw new MisconfigurationError('LBFGS: the closure returns the loss, got null; return it')
    }
    const [gradient, numbers] = noGrad(() => {
      // Of its own: the gradients go with the next zeroGrad.
      const g = copyValue(this.#flat!.gradients)
      const slope = along === null ? build.literalLike(g, 0) : totalOf(build.mul(g, along))
      const all = [largestOf(g), totalOf(build.abs(g)), totalOf(build.mul(g, g)), slope]
      const joined = build.concat(
        all.map((x) => build.reshape(x, [1])),
        0,
      )
      return [g, joined]
    })
    await commit([loss.value, gradient!, numbers!, ...extra])
    const [largest, absoluteSum, square, slope] = await numbersOf(numbers!)
    const [lossNumber] = await numbersOf(loss.value)
    return {
      loss,
      lossNumber: lossNumber!,
      gradient: gradient!,
      largest: largest!,
      absoluteSum: absoluteSum!,
      square: square!,
      slope: slope!,
    }
  }

  async #prepare(): Promise<void> {
    const { params, historySize } = this.paramGroups[0]!
    this.#flat ??= new FlatParameters(params)
    const { dtype } = params[0]!
    if (this.read(params[0]!, 'rows') === null) {
      const none = (rows: number) => zeros([rows, this.#flat!.size], { dtype }).value
      this.#write('rows', none(2 * historySize))
      this.#write('d', none(1))
      this.#write('prev_flat_grad', none(1))
    }
    if (this.#history === null) {
      this.#history = new History(historySize)
      if (this.#loaded !== null) {
        const rows = this.#read('rows')
        const gram = noGrad(() => build.matmul(rows, rows, { transposeB: true }))
        this.#history.load(this.#loaded, await numbersOf(gram))
        this.#loaded = null
      }
    }
  }

  /** A snapshot of state and options; the place in the search is among the options of the group. */
  override stateDict(): OptimizerStateDict {
    const { state, paramGroups } = super.stateDict()
    const place: Place = {
      ...(this.#history?.state() ?? this.#loaded ?? { scale: 1, count: 0, next: 0 }),
      nIter: this.#nIter,
      funcEvals: this.#funcEvals,
      t: this.#t,
    }
    return { state, paramGroups: paramGroups.map((group) => ({ ...group, place })) }
  }

  override loadStateDict({ state, paramGroups }: OptimizerStateDict): void {
    const { place, ...options } = paramGroups[0] as { readonly place?: Place }
    super.loadStateDict({ state, paramGroups: [options] })
    const { nIter = 0, funcEvals = 0, t = 0, ...history } = place ?? { scale: 1, count: 0, next: 0 }
    this.#nIter = nIter
    this.#funcEvals = funcEvals
    this.#t = t
    this.#history = null
    this.#loaded = history.count === 0 ? null : history
  }

  protected override checkState(
    _i: number,
    parameter: Parameter | undefined,
    entries: Readonly<Record<string, Tensor>>,
  ): void {
    const { params, historySize } = this.paramGroups[0]!
    const size = new FlatParameters(params).size
    const { rows } = entries
    if (parameter === params[0] && rows?.shape[0] === 2 * historySize && rows.shape[1] === size) return
    throw new MisconfigurationError(
      `LBFGS.loadStateDict: the state is of ${size} parameters and a history of ${historySize}, got ${rows === undefined ? 'none' : `rows [${rows.shape.join(', ')}]`}`,
    )
  }

  #forget(): void {
    this.#history = null
    this.#loaded = null
    this.#nIter = 0
    this.state.clear()
  }

  #read(name: string): Value {
    return this.read(this.paramGroups[0]!.params[0]!, name)!
  }

  #write(name: string, value: Value): void {
    this.write(this.paramGroups[0]!.params[0]!, name, value)
  }

  /** Never called: a step is more than an update of each parameter. */
  protected override updateParameter(): void {}
}

function totalOf(x: Value): Value {
  return build.sum(x, [0, 1])
}

function largestOf(x: Value): Value {
  return build.max(build.abs(x), [0, 1])
}

/** The ring with s and y in the rows of `place`, a runtime scalar: where it is changes no executable. */
function withPair(rows: Value, s: Value, y: Value, place: number): Value {
  const [count] = rows.spec.shape
  const at = build.iota([count!, 1], 0, 'int32')
  const isRow = (row: number) => build.equal(at, scalarValue(row, 'int32'))
  return build.where(isRow(place), s, build.where(isRow(place + count! / 2), y, rows))
}

async function productsOf(rows: Value, triple: readonly Value[]): Promise<Products> {
  const count = rows.spec.shape[0]!
  const all = noGrad(() => {
    const three = build.concat(triple, 0)
    return build.matmul(build.concat([rows, three], 0), three, { transposeB: true })
  })
  const flat = await numbersOf(all)
  const row = (i: number) => [flat[3 * i]!, flat[3 * i + 1]!, flat[3 * i + 2]!] as const
  return {
    withRows: Array.from({ length: count }, (_, i) => row(i)),
    among: [row(count), row(count + 1), row(count + 2)],
  }
}

async function numbersOf(x: Value): Promise<number[]> {
  const [data] = await read([x])
  return Array.from(data!, Number)
}
