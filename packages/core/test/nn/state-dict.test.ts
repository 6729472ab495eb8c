import { describe, expect, test } from 'vitest'
import { MisconfigurationError, ShapeError } from '../../src/errors/errors.ts'
import { Conv2d } from '../../src/nn/conv.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { LayerNorm } from '../../src/nn/layer-norm.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Module } from '../../src/nn/module.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { commit, rollback } from '../../src/tensor/flush.ts'
import { Buffer, Parameter } from '../../src/tensor/parameter.ts'
import { openStep } from '../../src/tensor/step-scope.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

class Net extends Module {
  readonly net = new Sequential(new Conv2d(1, 2, 3), new Linear(3, 2, { bias: false }))
  readonly norm = new LayerNorm(4)
  readonly table = new Embedding(3, 2)
  readonly tied = this.net[1]
  readonly scale = new Parameter(ones([1]))
  readonly runningMean = new Buffer(zeros([2]))
  readonly scratch = new Buffer(zeros([1]), { persistent: false })
}

async function arraysOf(state: ReadonlyMap<string, Tensor>): Promise<Record<string, unknown>> {
  const entries = await Promise.all(Array.from(state, async ([name, value]) => [name, await value.array()]))
  return Object.fromEntries(entries)
}

/** w ← w − 1, as an optimizer does it. */
function update(parameter: Parameter): void {
  parameter.assign(parameter.detach().sub(1))
}

describe('stateDict', () => {
  test('has the keys of PyTorch in its order, a shared parameter under each name', () => {
    // torch 1.13.0: list(net.state_dict()) of the same modules
    expect([...new Net().stateDict().keys()]).toEqual([
      'scale',
      'running_mean',
      'net.0.weight',
      'net.0.bias',
      'net.1.weight',
      'norm.weight',
      'norm.bias',
      'table.weight',
      'tied.weight',
    ])
  })

  test('comes back through loadStateDict', async () => {
    const [from, to] = [new Net(), new Net()]
    expect(to.loadStateDict(from.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] })
    expect(await arraysOf(to.stateDict())).toEqual(await arraysOf(from.stateDict()))
  })

  test('refuses two parameters of one name', () => {
    class Twice extends Module {
      readonly runningMean = new Buffer(ones([1]))
      readonly running_mean = new Buffer(ones([1]))
    }
    expect(() => new Twice().stateDict()).toThrow(
      new MisconfigurationError(
        'stateDict: two parameters or buffers have one name, got running_mean twice; rename one of the properties',
      ),
    )
  })
})

describe('a snapshot is untouched by later updates', () => {
  test('outside a step, of a value that is there', async () => {
    const layer = new Linear(2, 2)
    await commit()
    const before = await layer.weight.array()
    const state = layer.stateDict()
    for (let i = 0; i < 3; i++) {
      update(layer.weight)
      await commit()
    }
    expect(await state.get('weight')!.array()).toEqual(before)
    expect(await layer.weight.array()).not.toEqual(before)
  })

  test('outside a step, of a value that is pending', async () => {
    const parameter = new Parameter(tensor([5]))
    await commit()
    update(parameter)
    const layer = new Sequential(Object.assign(new Linear(1, 1), { weight: parameter, bias: null }))
    const state = layer.stateDict()
    for (let i = 0; i < 3; i++) {
      update(parameter)
      await commit()
    }
    expect(await state.get('0.weight')!.array()).toEqual([4])
    expect(await parameter.array()).toEqual([1])
  })

  test('in steps, of a value that is there and of one that is pending', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[5]]))
    await commit()
    const states: Map<string, Tensor>[] = []
    for (let i = 0; i < 3; i++) {
      const step = await openStep()
      states.push(layer.stateDict())
      update(layer.weight)
      states.push(layer.stateDict())
      await commit()
      step.close()
    }
    expect(await Promise.all(states.map((state) => state.get('weight')!.item()))).toEqual([5, 4, 4, 3, 3, 2])
    expect(await layer.weight.item()).toBe(2)
  })

  test('taken outside of pending values, through the donating commits of steps', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[5]]))
    await commit()
    update(layer.weight)
    const state = layer.stateDict()
    for (let i = 0; i < 2; i++) {
      const step = await openStep()
      update(layer.weight)
      await commit()
      step.close()
    }
    expect(await state.get('weight')!.item()).toBe(4)
    expect(await layer.weight.item()).toBe(2)
  })

  test('and what is computed from it too', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[5]]))
    await commit()
    const doubled = layer.stateDict().get('weight')!.mul(2)
    update(layer.weight)
    await commit()
    update(layer.weight)
    await commit()
    expect(await doubled.item()).toBe(10)
  })

  test('requires no gradient', async () => {
    const layer = new Linear(1, 1)
    expect([...layer.stateDict().values()].map((value) => value.requiresGrad)).toEqual([false, false])
    await commit()
    expect([...layer.stateDict().values()].map((value) => value.requiresGrad)).toEqual([false, false])
  })

  test('of a step that was rolled back is gone and disturbs no later commit', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[5]]))
    await commit()
    const step = await openStep()
    update(layer.weight)
    const state = layer.stateDict()
    rollback()
    step.close()
    update(layer.weight)
    await commit()
    expect(await layer.weight.item()).toBe(4)
    await expect(state.get('weight')!.item()).rejects.toThrow(/expired/)
  })

  test('can be loaded again after steps', async () => {
    const layer = new Linear(1, 1, { bias: false })
    layer.weight.assign(tensor([[5]]))
    await commit()
    const state = layer.stateDict()
    const step = await openStep()
    update(layer.weight)
    await commit()
    step.close()
    layer.loadStateDict(state)
    await commit()
    const next = await openStep()
    update(layer.weight)
    await commit()
    next.close()
    expect(await layer.weight.item()).toBe(4)
    expect(await state.get('weight')!.item()).toBe(5)
  })
})

describe('loadStateDict', () => {
  const small = () => new Sequential(new Linear(2, 1), new Linear(1, 1))

  test('names all that is missing, unexpected and of another shape at once, and changes nothing', async () => {
    const net = small()
    const before = await arraysOf(net.stateDict())
    const state = new Map([
      ['0.weight', zeros([2, 1])],
      ['0.bias', zeros([1])],
      ['old.weight', zeros([1])],
      ['old.bias', zeros([1])],
    ])
    expect(() => net.loadStateDict(state)).toThrow(
      new MisconfigurationError(
        'loadStateDict: the state does not fit Sequential, got missing: 1.weight, 1.bias; unexpected: old.weight, old.bias; shapes: 0.weight has [2, 1] for [1, 2]; pass { strict: false } to load what fits by name',
      ),
    )
    expect(await arraysOf(net.stateDict())).toEqual(before)
  })

  test('that is not strict loads what is there and reports the rest', async () => {
    const net = small()
    const state = new Map([
      ['1.weight', tensor([[7]])],
      ['more', zeros([1])],
    ])
    expect(net.loadStateDict(state, { strict: false })).toEqual({
      missingKeys: ['0.weight', '0.bias', '1.bias'],
      unexpectedKeys: ['more'],
    })
    expect(await (net[1] as Linear).weight.array()).toEqual([[7]])
  })

  test('refuses other shapes also when it is not strict', async () => {
    const net = small()
    const before = await arraysOf(net.stateDict())
    const state = new Map([
      ['0.bias', ones([1])],
      ['1.bias', ones([2])],
    ])
    expect(() => net.loadStateDict(state, { strict: false })).toThrow(
      new ShapeError('loadStateDict: the state does not fit Sequential, got shapes: 1.bias has [2] for [1]'),
    )
    expect(await arraysOf(net.stateDict())).toEqual(before)
  })

  test('casts to the dtype of the module', async () => {
    const net = new Linear(1, 1, { bias: false })
    net.loadStateDict(new Map([['weight', tensor(Float64Array.of(0.1), { shape: [1, 1] })]]))
    expect(net.weight.dtype).toBe('float32')
    expect(await net.weight.item()).toBe(Math.fround(0.1))
  })

  test('refuses a tensor that is gone, and changes nothing', async () => {
    const net = new Linear(1, 1)
    const before = await arraysOf(net.stateDict())
    const gone = tensor([1])
    gone.dispose()
    expect(() =>
      net.loadStateDict(
        new Map([
          ['weight', tensor([[1]])],
          ['bias', gone],
        ]),
      ),
    ).toThrow(/disposed/)
    expect(await arraysOf(net.stateDict())).toEqual(before)
  })
})
