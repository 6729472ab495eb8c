import { GradScaler, type GradScalerOptions, MixedPrecision } from '@voltaic/core'
import { check } from '../../check/expect.ts'
import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { allowedError } from '../../suite/tolerances.ts'
import { trainingRequirements } from '../requires.ts'
import { type Observed, type ObservedBatch, type ObserveOptions, observe } from './observed-training.ts'

/** The gradient scaler of '16-mixed': scales, overflows, skipped steps, and what must not move with them. */
export function scalerCases(): ConformanceCase[] {
  return Object.entries(checks).map(([name, run]) => ({ id: `loop/16-mixed/${name}`, layer: 4, requires, run }))
}

const requires = trainingRequirements({ dtype: 'float16', isMixed: true })

type Run = Partial<Omit<ObserveOptions, 'accelerator' | 'precision' | 'trainer'>> & {
  readonly scaler?: Partial<GradScalerOptions>
}

/** Infinite in the batches named. */
function infiniteIn(...batches: readonly number[]): (batchIdx: number) => number {
  return (batchIdx) => (batches.includes(batchIdx) ? Number.POSITIVE_INFINITY : 1)
}

/** A training, and the scale after it. */
async function train(
  { accelerator, options }: CaseContext,
  { scaler: scalerOptions = {}, batches = 4, ...run }: Run,
): Promise<Observed & { readonly scale: number }> {
  const scaler = new GradScaler({ initScale: 1024, ...scalerOptions })
  let used = scaler
  const observed = await observe({
    ...run,
    batches,
    accelerator,
    precision: new MixedPrecision('16-mixed', { scaler }),
    trainer: (given) => {
      const changed = options.trainer?.(given) ?? given
      const { precision } = 'strategy' in changed ? changed.strategy! : changed
      if (precision instanceof MixedPrecision) used = precision.scaler ?? scaler
      return changed
    },
  })
  return { ...observed, scale: await used.getScale() }
}

const checks: Readonly<Record<string, (context: CaseContext) => Promise<void>>> = {
  async 'an-overflow-skips-the-step'(context) {
    const { batches } = await train(context, { lossFactor: infiniteIn(2) })
    checkEach(batches, 'stepWasSkipped', ({ wasSkipped }) => wasSkipped[0]!, [false, false, true, false])
    const [, before, after, later] = batches.map(({ learned }) => learned.flat())
    checkBits('a skipped step leaves weights and momentum as they were, bit by bit', before!, after!, true)
    checkBits('a step after a skipped one learns', after!, later!, false)
  },

  async 'a-nan-skips-the-step'(context) {
    const { batches, scale } = await train(context, {
      lossFactor: (batchIdx) => (batchIdx === 1 ? Number.NaN : 1),
    })
    checkEach(batches, 'stepWasSkipped', ({ wasSkipped }) => wasSkipped[0]!, [false, true, false, false])
    const [before, after] = batches.map(({ learned }) => learned.flat())
    checkBits('a skipped step leaves weights and momentum as they were, bit by bit', before!, after!, true)
    checkNumber('the scale after one overflow', scale, 512)
  },

  async 'an-overflow-halves-the-scale'(context) {
    const { scale } = await train(context, { lossFactor: infiniteIn(1, 3), batches: 5 })
    checkNumber('the scale after two overflows', scale, 256)
  },

  async 'the-scale-grows'(context) {
    const { scale } = await train(context, { scaler: { growthInterval: 2 }, batches: 5 })
    checkNumber('the scale after two intervals of two steps', scale, 4096)
    const interrupted = await train(context, { scaler: { growthInterval: 2 }, lossFactor: infiniteIn(1), batches: 4 })
    checkNumber('the scale after a step, an overflow and two steps', interrupted.scale, 1024)
  },

  async 'a-skipped-step-does-not-count'(context) {
    const { batches } = await train(context, { lossFactor: infiniteIn(1) })
    checkEach(batches, 'globalStep', ({ globalStep }) => globalStep, [1, 1, 2, 3])
    checkEach(batches, 'stepCount', ({ stepCounts }) => stepCounts[0]!, [1, 1, 2, 3])
  },

  async 'schedulers-wait-for-skipped-steps'(context) {
    const { batches } = await train(context, { lossFactor: infiniteIn(1) })
    checkEach(batches, 'the learning rate', ({ lr }) => lr, [0.05, 0.05, 0.025, 0.0125])
  },

  async 'gradients-are-seen-unscaled'(context) {
    const [scaled, plain] = [await train(context, {}), await train(context, { scaler: { initScale: 1 } })]
    for (const [i, norm] of plain.gradientNorms.entries()) {
      checkClose(`the norm of the gradients before step ${i}`, scaled.gradientNorms[i]!, norm)
    }
    for (const [i, loss] of plain.losses.entries()) checkClose(`the loss of batch ${i}`, scaled.losses[i]!, loss)
  },

  async 'clipping-sees-true-gradients'(context) {
    const options = { gradientClipVal: 0.0625 }
    const runs = [await train(context, { options }), await train(context, { options, scaler: { initScale: 1 } })]
    const [scaled, plain] = runs.map(({ batches }) => batches.at(-1)!.learned.flat())
    for (const [i, numbers] of plain!.entries()) {
      for (const [k, x] of numbers.entries()) checkClose('a weight after clipped steps', scaled![i]![k]!, x)
    }
    // After one step momentum is the gradient; it comes behind the four weights and biases.
    const [first] = (await train(context, { batches: 1, options })).batches
    const gradient = first!.learned[0]!.slice(4).flatMap((data) => [...data])
    checkClose('the norm of clipped gradients', Math.hypot(...gradient), options.gradientClipVal)
  },

  async 'an-overflow-spoils-its-window'(context) {
    const { batches, scale } = await train(context, {
      lossFactor: infiniteIn(2),
      options: { accumulateGradBatches: 2 },
      batches: 6,
    })
    checkEach(batches, 'globalStep', ({ globalStep }) => globalStep, [0, 1, 1, 1, 1, 2])
    checkNumber('the scale after one spoilt window', scale, 512)
    const learned = batches.map((batch) => batch.learned.flat())
    checkBits('a window with an overflow learns nothing', learned[1]!, learned[4]!, true)
    checkBits('the window after it learns', learned[4]!, learned[5]!, false)
  },

  async 'each-optimizer-skips-alone'(context) {
    const { batches } = await train(context, { isManual: true, lossFactor: infiniteIn(1), batches: 3 })
    checkEach(batches, 'stepWasSkipped of the first', ({ wasSkipped }) => wasSkipped[0]!, [false, false, false])
    checkEach(batches, 'stepWasSkipped of the second', ({ wasSkipped }) => wasSkipped[1]!, [false, true, false])
    checkEach(batches, 'globalStep, with one step of two', ({ globalStep }) => globalStep, [1, 2, 3])
    const [[a0, b0], [a1, b1]] = batches.map(({ learned }) => learned) as [HostArrays[], HostArrays[]]
    checkBits('the optimizer without an overflow steps', a0!, a1!, false)
    checkBits('the optimizer with an overflow leaves its weights', b0!, b1!, true)
  },
}

type HostArrays = ObservedBatch['learned'][number]

function checkEach<T>(
  batches: readonly ObservedBatch[],
  what: string,
  of: (batch: ObservedBatch) => T,
  expected: readonly T[],
): void {
  const got = batches.map(of)
  const at = expected.findIndex((x, i) => !Object.is(x, got[i]))
  check(at < 0, `${what} after each batch: expected ${expected.join(', ')}, got ${got.join(', ')}`, {
    expected,
    got,
    firstDifference: `batch ${at}`,
  })
}

function checkBits(rule: string, before: HostArrays, after: HostArrays, areSame: boolean): void {
  const isEqual = before.every((data, i) => data.every((x, k) => Object.is(x, after[i]![k])))
  check(isEqual === areSame, `${rule}, got ${isEqual ? 'the same' : 'others'}`, { expected: before, got: after })
}

function checkNumber(what: string, got: number, expected: number): void {
  check(got === expected, `${what}: expected ${expected}, got ${got}`, { expected, got })
}

/** In half precision a scale that is a power of two changes nothing but what is lost below the smallest number. */
function checkClose(what: string, got: number, expected: number): void {
  const allowed = allowedError(expected, { kind: 'gradient', dtype: 'float16' })
  if (Math.abs(got - expected) <= allowed) return
  throw new ConformanceFailure(
    `${what}: expected ${expected} as without a scale, give or take ${allowed}, got ${got}`,
    { dtype: 'float16', expected, got },
  )
}
