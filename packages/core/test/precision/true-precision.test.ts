import { expect, onTestFinished, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import {
  Adam,
  BatchNorm1d,
  defaultDType,
  hostTensor,
  Linear,
  MisconfigurationError,
  type Optimizer,
  Parameter,
  Sequential,
  SGD,
  type Tensor,
  Trainer,
  type TrainerOptions,
  TrainingModule,
  TruePrecision,
  tensor,
  UnsupportedError,
  zeros,
} from '../../src/index.ts'

interface Batch {
  readonly x: Tensor
  readonly label: Tensor
  readonly nested: readonly { readonly mask: Tensor }[]
}

const data = [
  {
    x: hostTensor(Float32Array.of(1, 2, 3, 4), [2, 2]),
    label: hostTensor(Int32Array.of(0, 1)),
    nested: [{ mask: hostTensor(Float32Array.of(1, 1)) }],
  },
]

class Small extends TrainingModule<Batch> {
  readonly net = new Sequential(new Linear(2, 3), new BatchNorm1d(3))
  readonly seen: string[] = []

  trainingStep({ x, label, nested }: Batch): Tensor {
    const made = zeros([1])
    this.seen.push(x.dtype, label.dtype, nested[0]!.mask.dtype, made.dtype, tensor(1).dtype)
    return this.net.forward(x).square().mean()
  }

  configureOptimizers(): Optimizer {
    return new SGD(this.parameters(), { lr: 0.1 })
  }
}

async function train(module: TrainingModule<never>, options: TrainerOptions): Promise<void> {
  await new Trainer({ accelerator: reference(), maxEpochs: 1, enableProgressBar: false, ...options }).fit(
    module as never,
    { train: data as never },
  )
}

test.for([
  ['16-true', 'float16'],
  ['bf16-true', 'bfloat16'],
  ['64-true', 'float64'],
] as const)('%s makes module, batch and what is created %s', async ([precision, dtype]) => {
  const module = new Small()
  await train(module as never, { precision })
  expect(module.seen).toEqual([dtype, 'int32', dtype, dtype, dtype])
  expect([...module.parameters(), ...module.buffers()].map((x) => x.dtype)).toEqual([
    ...new Array(4).fill(dtype),
    dtype,
    dtype,
    'int32',
  ])
  expect(defaultDType()).toBe('float32')
})

test('the default dtype is restored after a throw', async () => {
  class Throwing extends Small {
    override trainingStep(): never {
      throw new Error('mine')
    }
  }
  await expect(train(new Throwing() as never, { precision: '64-true' })).rejects.toThrow('mine')
  expect(defaultDType()).toBe('float32')
})

test("constants that vanish in float16 are warned about, once for an optimizer, and bfloat16's are not", async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  class WithAdam extends Small {
    readonly eps: number = 1e-8
    override configureOptimizers(): Optimizer {
      return new Adam(this.parameters(), { eps: this.eps })
    }
  }
  class Coarse extends WithAdam {
    override readonly eps = 1e-4
  }
  await train(new WithAdam() as never, { precision: '16-true', maxEpochs: 2 })
  expect(warn.mock.calls.flat().filter((text) => String(text).includes('eps of Adam vanishes'))).toHaveLength(1)
  warn.mockClear()
  await train(new Coarse() as never, { precision: '16-true' })
  await train(new WithAdam() as never, { precision: 'bf16-true' })
  expect(warn.mock.calls.flat().filter((text) => String(text).includes('vanishes'))).toEqual([])
})

/** A weight of 1 that every step lowers by less than bfloat16 can tell. */
async function drift(plugin: TruePrecision, steps: number): Promise<Float32Array> {
  const w = new Parameter(zeros([256], { dtype: 'bfloat16' }).add(1))
  const optimizer = new SGD([w], { lr: 1 })
  for (let i = 0; i < steps; i++) {
    w.grad = zeros([256], { dtype: 'bfloat16' }).add(2 ** -12)
    await plugin.optimizerStep(optimizer, () => null)
  }
  return (await w.to('float32').data()) as Float32Array
}

test('updates too small for bfloat16 are lost to the nearest, and not on average to a random neighbour', async () => {
  const steps = 32
  const nearest = await drift(new TruePrecision('bf16-true'), steps)
  expect(nearest.every((x) => x === 1)).toBe(true)
  const random = await drift(new TruePrecision('bf16-true', { stochasticRounding: true, seed: 7 }), steps)
  const mean = random.reduce((sum, x) => sum + x, 0) / random.length
  // 256·32 draws that move by 2⁻⁸ with chance 1/16: a standard deviation of the mean of 2⁻⁸·√(32·15/256)/16 ≈ 3.3e-4.
  expect(Math.abs(mean - (1 - steps * 2 ** -12))).toBeLessThan(5 * 3.4e-4)
})

test('stochastic rounding draws the same bits from the same seed, and others from another', async () => {
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map((seed) => drift(new TruePrecision('bf16-true', { stochasticRounding: true, seed }), 8)),
  )
  expect(b).toEqual(a)
  expect(c).not.toEqual(a)
})

test('stochastic rounding in another type, and another precision, are refused', () => {
  expect(() => new TruePrecision('16-true', { stochasticRounding: true })).toThrow(MisconfigurationError)
  expect(() => new TruePrecision('32-true' as never)).toThrow(MisconfigurationError)
})

test('a precision that the accelerator does not declare is refused, with a list of those that it has', async () => {
  const accelerator = withSupport((dtype) => (dtype === 'float16' ? undefined : 'native'))
  await expect(train(new Small() as never, { accelerator, precision: '16-true' })).rejects.toThrow(UnsupportedError)
  await expect(train(new Small() as never, { accelerator, precision: '16-mixed' })).rejects.toThrow(
    'reference: 16-mixed needs float16, got an accelerator that has float32, bfloat16, float64; choose a precision of these, or another accelerator',
  )
})

test('one that is emulated says in a line that nothing is gained', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  onTestFinished(() => info.mockRestore())
  const accelerator = withSupport((dtype) => (dtype === 'bfloat16' ? 'emulated' : 'native'))
  for (let run = 0; run < 2; run++) await train(new Small() as never, { accelerator, precision: 'bf16-mixed' })
  expect(info.mock.calls).toEqual([
    ['reference: bfloat16 is emulated; bf16-mixed gives its numbers, and no gain in speed or memory'],
  ])
})

/** The reference, declaring something else. */
function withSupport(supports: (dtype: string) => 'native' | 'emulated' | undefined) {
  const accelerator = reference()
  const capabilities = { ...accelerator.capabilities, supports: (_: string, dtype: string) => supports(dtype) }
  return new Proxy(accelerator, {
    get(target, name) {
      if (name === 'capabilities') return capabilities
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
