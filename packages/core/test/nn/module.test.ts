import { describe, expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { ReLU } from '../../src/nn/activations.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { Flatten } from '../../src/nn/flatten.ts'
import { Linear } from '../../src/nn/linear.ts'
import { type Layer, Module } from '../../src/nn/module.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { Buffer, Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const names = (named: readonly (readonly [string, unknown])[]) => named.map(([name]) => name)

/** Shares a layer under two names, declares members between modules, and has arrays. */
class Net extends Module {
  readonly net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 2, { bias: false }))
  readonly scale = new Parameter(ones([1]))
  readonly runningMean = new Buffer(zeros([2]))
  readonly scratch = new Buffer(zeros([1]), { persistent: false })
  readonly heads: Layer[] = [new Linear(2, 1), new Dropout()]
  readonly gains = [new Parameter(ones([])), new Parameter(zeros([]))]
  readonly tied: Layer = this.net[2]!
  readonly notAModule = { weight: new Parameter(ones([1])) }

  forward(x: Tensor): Tensor {
    return this.net.forward(x).mul(this.scale)
  }
}

describe('Module', () => {
  test('finds parameters as PyTorch names them: own ones first, a shared one once', () => {
    const net = new Net()
    expect(names(net.namedParameters())).toEqual([
      'scale',
      'gains.0',
      'gains.1',
      'net.0.weight',
      'net.0.bias',
      'net.2.weight',
      'heads.0.weight',
      'heads.0.bias',
    ])
    expect(net.parameters()).toEqual(net.namedParameters().map(([, parameter]) => parameter))
  })

  test('finds buffers and spells them as PyTorch does', () => {
    const net = new Net()
    expect(names(net.namedBuffers())).toEqual(['running_mean', 'scratch'])
    expect(net.buffers()).toEqual([net.runningMean, net.scratch])
  })

  test('finds modules, outer before inner, a shared one once', () => {
    const net = new Net()
    expect(names(net.namedModules())).toEqual(['', 'net', 'net.0', 'net.1', 'net.2', 'heads.0', 'heads.1'])
    expect(net.modules()).toHaveLength(7)
    expect(names(net.namedChildren())).toEqual(['net', 'heads.0', 'heads.1', 'tied'])
    expect(net.children()[0]).toBe(net.net)
  })

  test.each([
    ['runningMean', 'running_mean'],
    ['numBatchesTracked', 'num_batches_tracked'],
    ['weightIhL0', 'weight_ih_l0'],
    ['conv1', 'conv1'],
    ['fc2Out', 'fc2_out'],
    ['toQKV', 'to_qkv'],
    ['W', 'W'],
    ['already_so', 'already_so'],
  ])('spells %s as %s', (property, name) => {
    class Any extends Module {
      constructor() {
        super()
        Object.assign(this, { [property]: new Parameter(ones([1])) })
      }
    }
    expect(names(new Any().namedParameters())).toEqual([name])
  })

  test('survives a module that leads back to the one around it', () => {
    class Inner extends Module {
      parent: Module | null = null
      readonly weight = new Parameter(ones([1]))
    }
    class Outer extends Module {
      readonly inner = new Inner()
    }
    const outer = new Outer()
    outer.inner.parent = outer
    expect(names(outer.namedParameters())).toEqual(['inner.weight'])
    expect([...outer.stateDict().keys()]).toEqual(['inner.weight'])
    expect(outer.modules()).toHaveLength(2)
  })

  test('sees a layer that replaces another', () => {
    class Finetuned extends Module {
      head: Layer = new Linear(2, 2)
    }
    const net = new Finetuned()
    net.head = new Linear(2, 5)
    expect(net.parameters()[0]!.shape).toEqual([5, 2])
  })

  test('train and eval reach everything inside', () => {
    const net = new Net()
    const modes = () => new Set(net.modules().map((module) => module.training))
    expect(modes()).toEqual(new Set([true]))
    expect(net.eval()).toBe(net)
    expect(modes()).toEqual(new Set([false]))
    net.train()
    expect(modes()).toEqual(new Set([true]))
    net.train(false)
    expect(modes()).toEqual(new Set([false]))
  })

  test('freeze stops learning and unfreeze lets it go on', () => {
    const net = new Linear(1, 1)
    net.freeze()
    expect(net.forward(ones([1, 1])).requiresGrad).toBe(false)
    net.unfreeze()
    expect(net.forward(ones([1, 1])).requiresGrad).toBe(true)
  })

  test('zeroGrad resets gradients to null, or to zeros where there are some', async () => {
    const net = new Linear(2, 1)
    const unused = new Linear(1, 1)
    const both = new Sequential(net, unused)
    net
      .forward(tensor([[1, 2]]))
      .sum()
      .backward()
    both.zeroGrad({ setToNull: false })
    expect(await net.weight.grad!.array()).toEqual([[0, 0]])
    expect(unused.weight.grad).toBeNull()
    both.zeroGrad()
    expect(net.weight.grad).toBeNull()
  })

  test('a shared layer collects the gradients of both its uses', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[3]]))
    new Sequential(layer, layer)
      .forward(tensor([[2]]))
      .sum()
      .backward()
    // d(w·w·x)/dw = 2·w·x
    expect(await layer.weight.grad!.item()).toBe(12)
  })
})

describe('Module by name', () => {
  test('gives modules, parameters and buffers, shared ones under each of their names', () => {
    const net = new Net()
    expect(net.getSubmodule('')).toBe(net)
    expect(net.getSubmodule('net.0')).toBe(net.net[0])
    expect(net.getSubmodule('tied')).toBe(net.net[2])
    expect(net.getParameter('gains.1')).toBe(net.gains[1])
    expect(net.getParameter('tied.weight')).toBe(net.getParameter('net.2.weight'))
    expect(net.getBuffer('running_mean')).toBe(net.runningMean)
  })

  test('says which names there are', () => {
    const net = new Linear(1, 1)
    expect(() => net.getParameter('wieght')).toThrow(
      new MisconfigurationError('getParameter: there is none of that name, got "wieght"; there are weight, bias'),
    )
    expect(() => net.getSubmodule('0')).toThrow(
      new MisconfigurationError('getSubmodule: there is none of that name, got "0"; there are none'),
    )
    expect(() => net.getBuffer('weight')).toThrow(MisconfigurationError)
  })
})

describe('apply', () => {
  test('calls on inner modules before outer ones, on each once, and gives the module', () => {
    const net = new Net()
    const called: Module[] = []
    expect(net.apply((module) => called.push(module))).toBe(net)
    expect(called).toEqual([...net.net, net.net, ...net.heads, net])
  })

  test('initialises', async () => {
    const net = new Sequential(new Linear(2, 2), new ReLU(), new Linear(2, 1))
    net.apply((module) => {
      if (module instanceof Linear) module.weight.assign(ones(module.weight.shape))
    })
    expect(await net.getParameter('2.weight').array()).toEqual([[1, 1]])
  })

  test('survives a module that leads back to the one around it', () => {
    class Inner extends Module {
      parent: Module | null = null
    }
    class Outer extends Module {
      readonly inner = new Inner()
    }
    const outer = new Outer()
    outer.inner.parent = outer
    const called: Module[] = []
    outer.apply((module) => called.push(module))
    expect(called).toEqual([outer.inner, outer])
  })
})

describe('Sequential', () => {
  test('chains its layers', async () => {
    const net = new Sequential(new Flatten(), new ReLU())
    expect(await net.forward(tensor([[[1, -2]], [[-3, 4]]])).array()).toEqual([
      [1, 0],
      [0, 4],
    ])
  })

  test('is the identity when it is empty', () => {
    const x = ones([2])
    expect(new Sequential().forward(x)).toBe(x)
  })

  test('keeps the order of more than ten layers', () => {
    const layers = Array.from({ length: 12 }, () => new ReLU())
    expect(new Sequential(...layers).children()).toEqual(layers)
  })

  test('nests', () => {
    const net = new Sequential(new Sequential(new Embedding(2, 2)))
    expect(names(net.namedParameters())).toEqual(['0.0.weight'])
  })
})

test('Flatten keeps the batch, or takes the dimensions it is told', () => {
  const x = zeros([2, 3, 4, 5])
  expect(new Flatten().forward(x).shape).toEqual([2, 60])
  expect(new Flatten(0, 1).forward(x).shape).toEqual([6, 4, 5])
})

test('a function is no layer, and a plain object no state dict: both say what to write', () => {
  expect(() => new Sequential(((x: Tensor) => x) as never)).toThrow('Sequential: takes layers, got function;')
  expect(() => new Linear(1, 1).loadStateDict({} as never)).toThrow(
    'loadStateDict: takes a Map of tensors by name, got object;',
  )
})
