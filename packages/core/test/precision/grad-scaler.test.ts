import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { Adam } from '../../src/optim/adam.ts'
import { LBFGS } from '../../src/optim/lbfgs/lbfgs.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { GradScaler, type GradScalerStateDict } from '../../src/precision/grad-scaler.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import recorded from './fixtures/grad-scaler.json' with { type: 'json' }

/** A weight w with the loss w·x, whose gradient is x. */
function weightOf(...values: number[]): Parameter {
  return new Parameter(tensor(values))
}

async function stepOn(scaler: GradScaler, optimizer: SGD | Adam, w: Parameter, x: readonly number[]): Promise<void> {
  optimizer.zeroGrad()
  scaler.scale(w.mul(tensor([...x])).sum()).backward()
  await scaler.step(optimizer)
  scaler.update()
}

describe.for(recorded.cases)(
  'with scale $init, growth $growth, backoff $back, interval $interval',
  ({ init, growth, back, interval, states }) => {
    test('scale and tracker go the recorded way', async () => {
      const scaler = new GradScaler({
        initScale: init,
        growthFactor: growth,
        backoffFactor: back,
        growthInterval: interval,
      })
      const w = weightOf(0)
      const optimizer = new SGD([w], { lr: 0.1 })
      for (const [k, [scale, tracker]] of states.entries()) {
        w.grad = tensor([recorded.overflows[k] === 1 ? Number.POSITIVE_INFINITY : 1])
        await scaler.step(optimizer)
        scaler.update()
        const state = scaler.stateDict() as GradScalerStateDict
        expect(await scaler.getScale()).toBe(scale)
        expect(await tensor(0).add(state._growth_tracker).item()).toBe(tracker)
      }
    })
  },
)

test('the loss is multiplied, and gradients have their true size after the step', async () => {
  const scaler = new GradScaler({ initScale: 1024 })
  const w = weightOf(1, 2)
  const optimizer = new SGD([w], { lr: 1 })
  const loss = w.mul(tensor([0.25, 0.5])).sum()
  expect(await scaler.scale(loss).item()).toBe(1280)
  scaler.scale(loss).backward()
  expect(await w.grad!.array()).toEqual([256, 512])
  await scaler.step(optimizer)
  expect(await w.grad!.array()).toEqual([0.25, 0.5])
  expect(await w.array()).toEqual([0.75, 1.5])
  expect(await scaler.wasSkipped(optimizer).item()).toBe(0)
})

test.for([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])(
  'a gradient of %d leaves weights and state as they are, bit by bit, and halves the scale',
  async (bad) => {
    const scaler = new GradScaler({ initScale: 8 })
    const w = weightOf(0.1, 0.2, 0.3)
    const optimizer = new Adam([w], { lr: 0.1 })
    await stepOn(scaler, optimizer, w, [1, 2, 3])
    const before = [await w.data(), ...(await stateOf(optimizer))]
    await stepOn(scaler, optimizer, w, [1, bad, 3])
    expect([await w.data(), ...(await stateOf(optimizer))]).toEqual(before)
    expect(await scaler.wasSkipped(optimizer).item()).toBe(1)
    expect(await scaler.getScale()).toBe(4)
    await stepOn(scaler, optimizer, w, [1, 2, 3])
    expect(await w.data()).not.toEqual(before[0])
    expect((await stateOf(optimizer))[0]).toEqual(Float32Array.of(2))
  },
)

test('a first step that is skipped leaves the state as it begins', async () => {
  const [scaler, w] = [new GradScaler(), weightOf(1)]
  const optimizer = new Adam([w], { lr: 0.1 })
  await stepOn(scaler, optimizer, w, [Number.NaN])
  expect(await stateOf(optimizer)).toEqual([Float32Array.of(0), Float32Array.of(0), Float32Array.of(0)])
  const [fresh, scaler2] = [weightOf(1), new GradScaler({ initScale: 32768 })]
  const other = new Adam([fresh], { lr: 0.1 })
  await stepOn(scaler, optimizer, w, [2])
  await stepOn(scaler2, other, fresh, [2])
  expect(await w.data()).toEqual(await fresh.data())
})

test('a loop of many steps reads nothing, and its scale can be read at the end', async () => {
  const [scaler, w] = [new GradScaler({ initScale: 4, growthInterval: 2 }), weightOf(1, 2)]
  const optimizer = new Adam([w], { lr: 0.1 })
  for (let step = 0; step < 6; step++) {
    optimizer.zeroGrad()
    scaler.scale(w.square().sum()).backward()
    scaler.unscale(optimizer)
    await scaler.step(optimizer)
    scaler.update()
  }
  expect(await scaler.getScale()).toBe(32)
  expect(await scaler.wasSkipped(optimizer).item()).toBe(0)
})

test('one optimizer that overflows does not stop another', async () => {
  const scaler = new GradScaler({ initScale: 16 })
  const [a, b] = [weightOf(1), weightOf(1)]
  const [first, second] = [new SGD([a], { lr: 1 }), new SGD([b], { lr: 1 })]
  scaler.scale(a.mul(Number.POSITIVE_INFINITY).sum().add(b.sum())).backward()
  await scaler.step(first)
  await scaler.step(second)
  scaler.update()
  expect(await a.array()).toEqual([1])
  expect(await b.array()).toEqual([0])
  expect(await scaler.getScale()).toBe(8)
})

test('gradients can be unscaled before they are clipped, once', async () => {
  const [scaler, w] = [new GradScaler({ initScale: 4 }), weightOf(3)]
  const optimizer = new SGD([w], { lr: 1 })
  scaler.scale(w.mul(2).sum()).backward()
  scaler.unscale(optimizer)
  expect(await w.grad!.array()).toEqual([2])
  expect(() => scaler.unscale(optimizer)).toThrow(MisconfigurationError)
  await scaler.step(optimizer)
  expect(await w.array()).toEqual([1])
})

test('a scale that would leave float32 does not grow', async () => {
  const scaler = new GradScaler({ initScale: 2 ** 127, growthInterval: 1 })
  const w = weightOf(1)
  await stepOn(scaler, new SGD([w], { lr: 0 }), w, [2 ** -126])
  expect(await scaler.getScale()).toBe(2 ** 127)
})

test('the state goes into another scaler, and later steps do not change it', async () => {
  const [scaler, w] = [new GradScaler({ initScale: 4, growthInterval: 2 }), weightOf(1)]
  const optimizer = new SGD([w], { lr: 0 })
  await stepOn(scaler, optimizer, w, [1])
  const state = scaler.stateDict() as GradScalerStateDict
  await stepOn(scaler, optimizer, w, [1])
  expect(await scaler.getScale()).toBe(8)
  const other = new GradScaler()
  other.loadStateDict(state)
  expect(await other.getScale()).toBe(4)
  expect(other.growthInterval).toBe(2)
  await stepOn(other, optimizer, w, [1])
  expect(await other.getScale()).toBe(8)
  other.loadStateDict({ ...state, scale: 2, _growth_tracker: 0 })
  expect(await other.getScale()).toBe(2)
})

test('update() takes a scale to go on with', async () => {
  const scaler = new GradScaler()
  scaler.update(32)
  expect(await scaler.getScale()).toBe(32)
})

test('disabled, it changes nothing', async () => {
  const [scaler, w] = [new GradScaler({ enabled: false }), weightOf(1)]
  const loss = w.sum()
  expect(scaler.scale(loss)).toBe(loss)
  loss.backward()
  await scaler.step(new SGD([w], { lr: 1 }))
  scaler.update()
  expect(await w.array()).toEqual([0])
  expect(await scaler.getScale()).toBe(1)
  expect(scaler.stateDict()).toEqual({})
})

test('LBFGS is refused', async () => {
  const scaler = new GradScaler()
  await expect(scaler.step(new LBFGS([weightOf(1)]))).rejects.toThrow(
    "GradScaler: LBFGS evaluates its closure several times and cannot skip a step, got an LBFGS; use 'bf16-mixed' or '32-true'",
  )
})

test('an update before any step is refused', () => {
  expect(() => new GradScaler().update()).toThrow(MisconfigurationError)
  expect(() => new GradScaler().wasSkipped(new SGD([weightOf(1)]))).toThrow(MisconfigurationError)
})

test.for([
  [{ initScale: 0 }, 'the scale is a float32 number > 0, got 0'],
  [{ initScale: 1e39 }, 'the scale is a float32 number > 0, got 1e+39'],
  [{ growthFactor: 1 }, 'growthFactor is a number > 1, got 1'],
  [{ backoffFactor: 1 }, 'backoffFactor is between 0 and 1, got 1'],
  [{ growthInterval: 0.5 }, 'growthInterval is a whole number ≥ 1 and below 2^24, got 0.5'],
] as const)('%o is refused', ([options, message]) => {
  expect(() => new GradScaler(options)).toThrow(OutOfRangeError)
  expect(() => new GradScaler(options)).toThrow(message)
})

test('a state that is none is refused', () => {
  expect(() => new GradScaler().loadStateDict({} as never)).toThrow(
    'GradScaler: a state has scale and _growth_tracker, got nothing; pass what stateDict() gave',
  )
})

async function stateOf(optimizer: Adam): Promise<unknown[]> {
  const { state } = optimizer.stateDict()
  return Promise.all(Object.values(state[0]!).map((piece) => piece.data()))
}
