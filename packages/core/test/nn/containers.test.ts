import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { ReLU } from '../../src/nn/activations.ts'
import { Linear } from '../../src/nn/linear.ts'
import { type Layer, Module } from '../../src/nn/module.ts'
import { ModuleDict } from '../../src/nn/module-dict.ts'
import { ModuleList } from '../../src/nn/module-list.ts'
import { ParameterDict } from '../../src/nn/parameter-dict.ts'
import { ParameterList } from '../../src/nn/parameter-list.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const namesOf = (module: Module) => module.namedParameters().map(([name]) => name)
const layer = () => new Linear(1, 1, { bias: false })

describe.each([
  ['Sequential', (...layers: Layer[]) => new Sequential(...layers)],
  ['ModuleList', (...layers: Layer[]) => new ModuleList<Layer>(layers)],
] as const)('%s', (_, make) => {
  test('gives its members by place, from either end', () => {
    const [a, b, c] = [layer(), new ReLU(), layer()]
    const list = make(a, b, c)
    expect([list[0], list[1], list[2], list[3]]).toEqual([a, b, c, undefined])
    expect([list.at(0), list.at(-1), list.at(-3)]).toEqual([a, c, a])
    expect(list.length).toBe(3)
    expect([...list]).toEqual([a, b, c])
    expect(() => list.at(3)).toThrow(OutOfRangeError)
    expect(() => list.at(-4)).toThrow(OutOfRangeError)
    expect(() => list.at(0.5)).toThrow(OutOfRangeError)
  })

  test('takes more, at the end and in between, and names follow the places', () => {
    const [a, b, c, d] = [layer(), layer(), layer(), layer()]
    const list = make(b).append(d).insert(0, a).insert(-1, c)
    expect([...list]).toEqual([a, b, c, d])
    expect(namesOf(list)).toEqual(['0.weight', '1.weight', '2.weight', '3.weight'])
    expect([...make(a).extend([b, c])]).toEqual([a, b, c])
    expect([...make(a).extend(make(b, c))]).toEqual([a, b, c])
    expect([...make(a).insert(1, b)]).toEqual([a, b])
    expect(() => list.insert(6, layer())).toThrow(OutOfRangeError)
  })

  test('lets members go', () => {
    const [a, b, c] = [layer(), layer(), layer()]
    const list = make(a, b, c)
    expect(list.pop()).toBe(c)
    expect(list.pop(0)).toBe(a)
    expect([...list]).toEqual([b])
    expect(namesOf(list)).toEqual(['0.weight'])
    expect(list.pop(-1)).toBe(b)
    expect(() => list.pop()).toThrow(OutOfRangeError)
  })

  test('may have a member replaced in its place', () => {
    const [a, b] = [layer(), layer()]
    const list = make(a, layer())
    list[1] = b
    expect([...list]).toEqual([a, b])
    expect(list.parameters()).toEqual([a.weight, b.weight])
    list[2] = layer()
    expect(() => [...list]).toThrow('a list of 2 was given a place 2; use append()')
  })

  test('gives a slice of the same members', () => {
    const [a, b, c] = [layer(), layer(), layer()]
    const list = make(a, b, c)
    expect([...list.slice(1)]).toEqual([b, c])
    expect([...list.slice(0, -1)]).toEqual([a, b])
    expect(list.slice(0, 1)).toBeInstanceOf(list.constructor)
    expect(list.length).toBe(3)
  })

  test('keeps the order of more than ten members', () => {
    const layers = Array.from({ length: 12 }, () => new ReLU())
    expect(make(...layers).children()).toEqual(layers)
  })

  test('refuses what is no module, and takes nothing then', () => {
    const list = make(layer())
    expect(() => list.append({} as never)).toThrow(MisconfigurationError)
    expect(() => list.extend([layer(), null as never])).toThrow(MisconfigurationError)
    expect(() => list.insert(0, 3 as never)).toThrow(MisconfigurationError)
    expect(list.length).toBe(1)
  })
})

test('Sequential gives a slice that runs', async () => {
  const net = new Sequential(layer(), new ReLU(), layer())
  const x = tensor([[2]])
  const halves = net.slice(2).forward(net.slice(0, 2).forward(x))
  expect(await halves.array()).toEqual(await net.forward(x).array())
})

class Heads extends Module {
  readonly layers = new ModuleList([layer(), layer()])
  readonly heads = new ModuleDict({ small: layer(), bigHead: layer() })
  readonly gains = new ParameterList([ones([1]), new Parameter(zeros([1]))])
  readonly scales = new ParameterDict({ query: ones([1]), keyScale: ones([1]) })

  forward(x: Tensor, head: string): Tensor {
    let y = x
    for (const [i, layer] of [...this.layers].entries()) y = layer.forward(y).mul(this.gains.at(i))
    return this.heads.get(head).forward(y).mul(this.scales.get('query'))
  }
}

describe('names', () => {
  test('are PyTorch’s, and keys stay as they are written', () => {
    expect([...new Heads().stateDict().keys()]).toEqual([
      'layers.0.weight',
      'layers.1.weight',
      'heads.small.weight',
      'heads.bigHead.weight',
      'gains.0',
      'gains.1',
      'scales.query',
      'scales.keyScale',
    ])
  })

  test('lead to modules and parameters', () => {
    const module = new Heads()
    expect(module.getSubmodule('heads.bigHead')).toBe(module.heads.get('bigHead'))
    expect(module.getParameter('scales.query')).toBe(module.scales.get('query'))
    module.eval()
    expect(module.heads.get('small').training).toBe(false)
  })

  test('travel', async () => {
    const [from, to] = [new Heads(), new Heads()]
    to.loadStateDict(from.stateDict())
    const x = tensor([[1]])
    expect(await to.forward(x, 'small').array()).toEqual(await from.forward(x, 'small').array())
  })
})

describe('ModuleDict', () => {
  test('is a Map of modules', () => {
    const [a, b] = [layer(), new ReLU()]
    const dict = new ModuleDict<Layer>(new Map([['a', a]]))
    expect(dict.set('b', b).size).toBe(2)
    expect([dict.get('a'), dict.has('b'), dict.has('c')]).toEqual([a, true, false])
    expect([...dict]).toEqual([
      ['a', a],
      ['b', b],
    ])
    expect([[...dict.keys()], [...dict.values()], [...dict.entries()]]).toEqual([['a', 'b'], [a, b], [...dict]])
    expect(dict.pop('a')).toBe(a)
    expect([...dict.update({ c: a, b: a }).keys()]).toEqual(['b', 'c'])
    dict.clear()
    expect(dict.children()).toEqual([])
  })

  test('takes keys that its methods and properties have, too', () => {
    const dict = new ModuleDict({ keys: layer(), training: layer(), '0': layer() })
    expect(namesOf(dict)).toEqual(['0.weight', 'keys.weight', 'training.weight'])
    expect(dict.size).toBe(3)
  })

  test('refuses keys with dots, members that are no modules, and keys that are not there', () => {
    expect(() => new ModuleDict({ 'a.b': layer() })).toThrow(
      new MisconfigurationError('ModuleDict: a key is part of a name, without a dot, got "a.b"; use another'),
    )
    expect(() => new ModuleDict({ '': layer() })).toThrow(MisconfigurationError)
    expect(() => new ModuleDict({ a: 3 as never })).toThrow(
      new MisconfigurationError('ModuleDict: takes modules, got number'),
    )
    expect(() => new ModuleDict(null as never)).toThrow(MisconfigurationError)
    expect(() => new ModuleDict({ a: layer() }).get('b')).toThrow(
      new MisconfigurationError('ModuleDict: there is no "b", got a'),
    )
    expect(() => new ModuleDict().pop('b')).toThrow(MisconfigurationError)
  })
})

describe('ParameterList', () => {
  test('makes parameters of tensors and keeps those that are', () => {
    const own = new Parameter(ones([2]))
    const list = new ParameterList([own, zeros([1])]).append(ones([1])).extend([own])
    expect([list.length, list[0], list.at(-1)]).toEqual([4, own, own])
    expect(list.at(1)).toBeInstanceOf(Parameter)
    expect(list.pop(1).shape).toEqual([1])
    expect([...list]).toHaveLength(3)
    // A shared one comes once.
    expect(namesOf(list)).toEqual(['0', '1'])
  })

  test('refuses what is no tensor, and places that there are not', () => {
    expect(() => new ParameterList([3 as never])).toThrow(
      new MisconfigurationError('ParameterList: takes parameters, got number'),
    )
    expect(() => new ParameterList(3 as never)).toThrow(MisconfigurationError)
    expect(() => new ParameterList().at(0)).toThrow(
      new OutOfRangeError('ParameterList: no such place in a list of 0, got 0'),
    )
  })
})

describe('ParameterDict', () => {
  test('is a Map of parameters', () => {
    const own = new Parameter(ones([2]))
    const dict = new ParameterDict({ a: own }).set('b', zeros([1])).update(new Map([['c', own]]))
    expect([dict.size, dict.get('a'), dict.has('d')]).toEqual([3, own, false])
    expect(dict.get('b')).toBeInstanceOf(Parameter)
    expect([[...dict.keys()], [...dict.values()][0], [...dict][0]]).toEqual([['a', 'b', 'c'], own, ['a', own]])
    expect(dict.pop('c')).toBe(own)
    expect(namesOf(dict)).toEqual(['a', 'b'])
    dict.clear()
    expect(dict.parameters()).toEqual([])
  })

  test('refuses keys with dots and members that are no tensors', () => {
    expect(() => new ParameterDict({ 'a.b': ones([1]) })).toThrow(MisconfigurationError)
    expect(() => new ParameterDict({ a: 'x' as never })).toThrow(
      new MisconfigurationError('ParameterDict: takes parameters, got string'),
    )
  })
})
