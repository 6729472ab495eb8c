import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { Muon } from '../../src/optim/muon.ts'
import { NAdam } from '../../src/optim/nadam.ts'
import { RAdam } from '../../src/optim/radam.ts'
import { Rprop } from '../../src/optim/rprop.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import { expectWithin } from '../support/close.ts'
import { everyOptimizer } from '../support/every-optimizer.ts'
import { flat } from './problem.ts'

const notNegative = [-1, Number.NaN, '1', null, undefined]
const share = [-0.1, 1, Number.NaN, undefined]

/** Values that each option refuses, with what it says that it is. A list is one of two or three numbers. */
const refused: Readonly<
  Record<string, readonly (readonly [option: string, values: readonly unknown[], is: string])[]>
> = {
  SGD: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['momentum', notNegative, 'a number ≥ 0'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
    ['dampening', [Number.NaN, undefined, '0'], 'a number'],
  ],
  ...ofMoments('Adam', ['eps', 'weightDecay']),
  ...ofMoments('AdamW', ['eps', 'weightDecay']),
  ...ofMoments('NAdam', ['eps', 'weightDecay', 'momentumDecay']),
  ...ofMoments('RAdam', ['eps', 'weightDecay']),
  ...ofMoments('Adamax', ['eps', 'weightDecay']),
  ...ofMoments('Lion', ['weightDecay']),
  RMSprop: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['alpha', share, 'in [0, 1)'],
    ['eps', notNegative, 'a number ≥ 0'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
    ['momentum', notNegative, 'a number ≥ 0'],
  ],
  Adagrad: ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps'].map(
    (option) => [option, notNegative, 'a number ≥ 0'] as const,
  ),
  Adadelta: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['rho', [-0.1, 1.1, Number.NaN], 'in [0, 1]'],
    ['eps', notNegative, 'a number ≥ 0'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
  ],
  Rprop: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['etas[0]', [0, 1, Number.NaN, undefined], 'in (0, 1)'],
    ['etas[1]', [1, 0.5, Number.NaN, undefined], 'above 1'],
    ['stepSizes[0]', notNegative, 'a number ≥ 0'],
    ['stepSizes[1]', [0, Number.NaN, undefined], 'no smaller than stepSizes[0]'],
  ],
  ASGD: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['lambd', notNegative, 'a number ≥ 0'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
    ['alpha', [Number.NaN, undefined], 'a number'],
    ['t0', [Number.NaN, undefined], 'a number'],
  ],
  Adafactor: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['beta2Decay', [0.1, Number.NaN, undefined], 'a number ≤ 0'],
    ['eps[0]', [-1, Number.NaN], 'a number ≥ 0'],
    ['eps[1]', notNegative, 'a number ≥ 0'],
    ['d', [0.9, Number.NaN, undefined], 'a number ≥ 1'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
  ],
  Muon: [
    ['lr', notNegative, 'a number ≥ 0'],
    ['weightDecay', notNegative, 'a number ≥ 0'],
    ['momentum', share, 'in [0, 1)'],
    ['nsCoefficients[2]', [undefined, Number.NaN], 'a number'],
    ['nsSteps', [-1, 0.5, 100, Number.NaN], 'a whole number from 0 to 99'],
    ['eps', notNegative, 'a number ≥ 0'],
  ],
}

function ofMoments(name: string, options: readonly string[]): typeof refused {
  return {
    [name]: [
      ['lr', notNegative, 'a number ≥ 0'],
      ['betas[0]', share, 'in [0, 1)'],
      ['betas[1]', share, 'in [0, 1)'],
      ...options.map((option) => [option, notNegative, 'a number ≥ 0'] as const),
    ],
  }
}

const lists: Readonly<Record<string, readonly unknown[]>> = {
  betas: [0.9, 0.99],
  etas: [0.5, 1.2],
  stepSizes: [0.5, 50],
  eps: [null, 1e-3],
  nsCoefficients: [3, -4, 2],
}

/** `{ betas: [0.9, value] }` for `betas[1]`. */
function optionsWith(option: string, value: unknown): object {
  const [, name, place] = /^(\w+)\[(\d)\]$/.exec(option) ?? []
  if (name === undefined) return { [option]: value }
  return { [name]: lists[name]!.map((element, i) => (i === Number(place) ? value : element)) }
}

describe.for(everyOptimizer)('$name', ({ name, Class }) => {
  const cases = refused[name]!.flatMap(([option, values, is]) => values.map((value) => [option, value, is] as const))

  test.for(cases)('refuses %s = %s', ([option, value, is]) => {
    const parameter = new Parameter(zeros([2, 2]))
    const message = `${name}: ${option} is ${is}, got ${String(value)}`
    const make = () => new Class([parameter], optionsWith(option, value))
    expect(make).toThrow(OutOfRangeError)
    expect(make).toThrow(message)
    const optimizer = new Class([parameter])
    const add = () => optimizer.addParamGroup({ params: [new Parameter(zeros([2, 2]))], ...optionsWith(option, value) })
    expect(add).toThrow(message)
    expect(optimizer.paramGroups).toHaveLength(1)
  })
})

test.for([[[0.9]], [[]], [0.9]])('betas that are not two numbers, %o, are refused', ([betas]) => {
  expect(() => new NAdam([new Parameter(zeros([1]))], { betas: betas as never })).toThrow(OutOfRangeError)
})

test('a second beta of 0 is refused where its logarithm is needed', () => {
  const make = () => new RAdam([new Parameter(zeros([1]))], { betas: [0.9, 0] })
  expect(make).toThrow('RAdam: betas[1] is in (0, 1), got 0')
})

test('an unknown adjustment of the rate is refused', () => {
  const make = () => new Muon([new Parameter(zeros([1, 1]))], { adjustLrFn: 'rms' as never })
  expect(make).toThrow(MisconfigurationError)
  expect(make).toThrow(`Muon: adjustLrFn is 'original' or 'match_rms_adamw', got "rms"`)
})

test.for([
  ['NAdam', NAdam],
  ['RAdam', RAdam],
] as const)('%s, decoupled, decays the weights and not the gradient', async ([, Class]) => {
  const numbers = async (options: object, decay: number) => {
    const x = new Parameter(tensor([3, -2], { dtype: 'float64' }))
    const optimizer = new Class([x], { lr: 0.1, ...options })
    for (const k of [1, 2, 3]) {
      if (decay > 0) x.assign(x.detach().mul(1 - 0.1 * decay))
      x.grad = tensor([k, -1], { dtype: 'float64' })
      await optimizer.step()
    }
    return flat(x)
  }
  expectWithin(await numbers({ weightDecay: 0.4, decoupledWeightDecay: true }, 0), await numbers({}, 0.4), 1e-15)
})

test.for([0, 0.9])('with betas of 0 and a momentum of %d updates are finite', async (beta) => {
  for (const { name, Class } of everyOptimizer) {
    if (!Object.hasOwn(refused, name) || name === 'RAdam') continue
    const x = new Parameter(tensor([[3, -2]]))
    const optimizer = new Class([x], { ...('betas' in new Class([x]).defaults && { betas: [beta, 0] }) })
    x.grad = tensor([[1, -1]])
    await optimizer.step()
    for (const number of await flat(x)) expect(number).toSatisfy(Number.isFinite)
  }
})

test('Rprop sees the signs of gradients whose product is 0 in float32', async () => {
  const x = new Parameter(tensor([0, 0]))
  const optimizer = new Rprop([x], { lr: 1, etas: [0.5, 2] })
  for (const gradient of [1e-30, 1e-30]) {
    x.grad = tensor([gradient, -gradient])
    await optimizer.step()
  }
  expect(await flat(x)).toEqual([-3, 3])
})

test.for<[string, object]>([
  ['Lion', { weightDecay: 1e-3 }],
  ['Adafactor', { weightDecay: 1e-3 }],
  ['AdamW', { weightDecay: 1e-3 }],
  ['NAdam', { weightDecay: 1e-3, decoupledWeightDecay: true }],
  ['ASGD', { lambd: 1e-3 }],
])('%s keeps a small decay of the weights in float32', async ([wanted, options]) => {
  const { Class } = everyOptimizer.find(({ name }) => name === wanted)!
  const x = new Parameter(tensor([1.5]))
  x.grad = tensor([0])
  await new Class([x], { lr: 1e-3, ...options }).step()
  // 13 times the distance to the next number; the factor 1 − 10⁻⁶, rounded first, gives 12.
  expect(await flat(x)).toEqual([1.5 - 13 * 2 ** -23])
})

test('nesterov is checked with the momentum of its group', () => {
  const params = () => [new Parameter(zeros([1]))]
  const make = () =>
    new SGD([{ params: params() }, { params: params(), momentum: 0 }], { momentum: 0.9, nesterov: true })
  expect(make).toThrow('SGD: nesterov needs momentum and no dampening, got momentum 0 and dampening 0')
})
