import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { AutogradError, ExpiredTensorError, ShapeError } from '../../src/errors/errors.ts'
import { numberValue } from '../../src/graph/record.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { commit, rollback } from '../../src/tensor/flush.ts'
import { Buffer, Parameter } from '../../src/tensor/parameter.ts'
import { uniform } from '../../src/tensor/random.ts'
import { Slot } from '../../src/tensor/slot.ts'
import { snapshot } from '../../src/tensor/snapshot.ts'
import { openStep } from '../../src/tensor/step-scope.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { type Watched, watchedAccelerator } from './accelerators.ts'

let watched: Watched

beforeEach(async () => {
  watched = await watchedAccelerator()
})

// What one test left assigned is not the next one's to commit.
afterEach(rollback)

const stats = () => watched.accelerator.stats()

async function committed(...data: number[]): Promise<Parameter> {
  const parameter = new Parameter(tensor(data))
  await commit()
  return parameter
}

/** Assigns `next` of the present value, as an optimizer does. */
function update(parameter: Parameter, next: (x: Tensor) => Tensor): void {
  noGrad(() => parameter.assign(next(parameter)))
}

async function inStep<T>(fn: () => Promise<T>): Promise<T> {
  const step = await openStep()
  try {
    return await fn()
  } finally {
    step.close()
  }
}

describe('a commit', () => {
  test('realises all slots that were assigned, in one execution', async () => {
    const [a, b] = [await committed(1, 2), await committed(3)]
    update(a, (x) => x.mul(2))
    update(b, (x) => x.add(a.sum()))
    await commit()
    expect(stats().executions).toBe(1)
    expect([await a.array(), await b.array()]).toEqual([[2, 4], [9]])
    expect(stats().executions).toBe(1)
  })

  test('leaves what was not assigned', async () => {
    const [a, b] = [await committed(1), await committed(2)]
    const before = b.value
    update(a, (x) => x.add(1))
    await commit()
    expect(b.value).toBe(before)
  })

  test('realises gradients, and the tensors that backward() was called on', async () => {
    const a = await committed(1, 2)
    const loss = a.mul(a).sum()
    loss.backward()
    await commit()
    expect(stats().executions).toBe(1)
    expect([await loss.item(), await a.grad!.array()]).toEqual([5, [2, 4]])
    expect(stats().executions).toBe(1)
  })

  test('realises what it is told to', async () => {
    const x = tensor([1]).add(1)
    const y = tensor([1]).add(2)
    await commit([x.value, y.detach().value, x.value])
    expect(stats().executions).toBe(1)
    expect(await x.array()).toEqual([2])
    expect(stats().executions).toBe(1)
  })

  test('gives two slots their own lives when they are assigned one value', async () => {
    const [a, b] = [await committed(0), await committed(0)]
    const value = tensor([1]).add(tensor([1]))
    a.assign(value)
    b.assign(value)
    await commit()
    await inStep(async () => {
      update(a, (x) => x.add(1))
      await commit()
    })
    await inStep(async () => {
      update(a, (x) => x.add(1))
      await commit()
    })
    expect([await a.array(), await b.array()]).toEqual([[4], [2]])
  })

  test('gives two slots their own lives when their values turn out to be one', async () => {
    const [a, b] = [await committed(0), await committed(0)]
    const x = tensor([2])
    a.assign(x.exp())
    b.assign(x.exp())
    await commit()
    await inStep(async () => {
      update(a, (y) => y.mul(0))
      await commit()
    })
    expect([await a.array(), await b.array()]).toEqual([[0], [Math.fround(Math.exp(2))]])
  })

  test.each(['inside a step', 'outside'])('exchanges two slots %s', async (where) => {
    const [a, b] = [await committed(1), await committed(2)]
    const exchange = async () => {
      const [x, y] = [a.detach(), b.detach()]
      a.assign(y)
      b.assign(x)
      await commit()
    }
    for (let i = 0; i < 3; i++) await (where === 'outside' ? exchange() : inStep(exchange))
    expect([await a.array(), await b.array()]).toEqual([[2], [1]])
    const buffers = stats().liveBuffers
    for (let i = 0; i < 2; i++) await (where === 'outside' ? exchange() : inStep(exchange))
    expect(stats().liveBuffers).toBe(buffers)
  })

  test('exchanges two slots while one of them goes into a computation', async () => {
    const [a, b, c] = [await committed(1), await committed(2), await committed(0)]
    await inStep(async () => {
      const [x, y] = [a.detach(), b.detach()]
      a.assign(y)
      b.assign(x)
      update(c, () => x.add(y.mul(10)))
      await commit()
    })
    expect([await a.array(), await b.array(), await c.array()]).toEqual([[2], [1], [21]])
  })

  test('gives a slot the value of another, which goes on', async () => {
    const [a, b] = [await committed(1), await committed(2)]
    await inStep(async () => {
      a.assign(b.detach())
      update(b, (x) => x.add(5))
      await commit()
    })
    expect([await a.array(), await b.array()]).toEqual([[2], [7]])
  })

  test('gives a slot a constant, a number and its own value again', async () => {
    const slot = new Slot('state', tensor(3).value)
    await commit()
    const read = async () => new Tensor(slot.value).item()
    slot.value = zeros([]).value
    await commit()
    expect(await read()).toBe(0)
    slot.value = numberValue(0.5)
    await commit()
    expect(await read()).toBe(0.5)
    await inStep(async () => {
      slot.value = slot.committed
      await commit()
    })
    expect(await read()).toBe(0.5)
    slot.value = null
    await commit()
    expect(slot.value).toBeNull()
  })

  test('that empties a slot gives its buffer back, in a step at once', async () => {
    const slot = new Slot('gradient', tensor([1, 2]).exp().value)
    await commit()
    const { liveBuffers } = stats()
    await inStep(async () => {
      slot.value = null
      await commit()
    })
    expect(stats().liveBuffers).toBe(liveBuffers - 1)
  })

  test('what is assigned while it runs waits for the next', async () => {
    const a = await committed(1)
    update(a, (x) => x.add(1))
    const committing = commit()
    update(a, (x) => x.mul(10))
    await committing
    expect(stats().executions).toBe(1)
    await commit()
    expect(await a.array()).toEqual([20])
  })

  test('refuses another shape or dtype at the assignment', async () => {
    const a = await committed(1, 2)
    const message = (got: string) => new ShapeError(`parameter: keeps shape and dtype, float32[2], got ${got}`)
    expect(() => a.assign(tensor([1]))).toThrow(message('float32[1]'))
    expect(() => a.assign(tensor([1, 2], { dtype: 'float64' }))).toThrow(message('float64[2]'))
  })
})

describe('rollback', () => {
  test('puts every slot back to the last commit, gradients too', async () => {
    const a = await committed(1)
    const b = new Buffer(tensor([5]))
    await commit()
    a.mul(a).sum().backward()
    update(a, (x) => x.add(1))
    b.assign(tensor([6]))
    rollback()
    await commit()
    expect([await a.array(), await b.array(), a.grad]).toEqual([[1], [5], null])
    expect(stats().executions).toBe(0)
  })

  test('leaves parameters and buffers that were never committed with their first value', async () => {
    const a = new Parameter(uniform([2], 1, 1))
    const b = new Buffer(tensor([5]))
    const state = new Slot('moment', null)
    update(a, (x) => x.mul(3))
    b.assign(tensor([6]))
    state.value = tensor(1).value
    rollback()
    expect([await a.array(), await b.array(), state.value]).toEqual([[1, 1], [5], null])
    await commit()
    update(a, (x) => x.mul(2))
    await commit()
    expect(await a.array()).toEqual([2, 2])
  })
})

describe('a run that fails', () => {
  test.each(['inside a step', 'outside'])('%s leaves everything as it was, and the process goes on', async (where) => {
    const [a, b] = [await committed(1), await committed(2)]
    // Both are on the device from here on.
    await a.add(b).data()
    const step = where === 'outside' ? null : await openStep()
    const { liveBuffers } = stats()
    a.mul(b).sum().backward()
    update(a, (x) => x.add(b))
    update(b, () => a.detach())
    watched.failNextRun(new Error('the device is busy'))
    await expect(commit()).rejects.toThrow('the device is busy')
    rollback()
    step?.close()
    expect(stats().liveBuffers).toBe(liveBuffers)
    expect([await a.array(), await b.array(), a.grad, b.grad]).toEqual([[1], [2], null, null])

    update(a, (x) => x.add(b))
    await commit()
    expect(await a.array()).toEqual([3])
  })

  test('may be tried again without a rollback', async () => {
    const a = await committed(1)
    update(a, (x) => x.add(1))
    watched.failNextRun(new Error('the device is busy'))
    await expect(commit()).rejects.toThrow('the device is busy')
    await commit()
    expect(await a.array()).toEqual([2])
  })
})

describe('donation', () => {
  test('takes the old buffers inside a step', async () => {
    const a = await committed(1, 2)
    await inStep(async () => {
      update(a, (x) => x.add(1))
      await commit()
    })
    const { liveBuffers } = stats()
    await inStep(async () => {
      const old = a.detach()
      update(a, (x) => x.add(1))
      await commit()
      expect(stats().liveBuffers).toBe(liveBuffers)
      await expect(old.data()).rejects.toThrow(
        new ExpiredTensorError(
          'tensor: it was computed from a value that its step has replaced, got float32[2]; read it before, or call .keep() on what you compute from it',
        ),
      )
    })
    expect(watched.graphs.map(({ donated }) => donated)).toEqual([[0]])
    expect(watched.copies()).toBe(1)
  })

  test('copies first what someone else owns, once', async () => {
    const a = await committed(1, 2)
    update(a, (x) => x.add(0))
    await commit()
    const before = snapshot(a.slot)
    const copies = watched.copies()
    for (let i = 0; i < 3; i++) {
      await inStep(async () => {
        update(a, (x) => x.add(1))
        await commit()
      })
    }
    expect(watched.copies()).toBe(copies + 1)
    expect([await before.array(), await a.array()]).toEqual([
      [1, 2],
      [4, 5],
    ])
  })

  test('copies nothing and takes nothing outside a step', async () => {
    const a = await committed(1, 2)
    update(a, (x) => x.add(1))
    await commit()
    expect(watched.graphs[0]!.donated).toEqual([])
    expect(watched.copies()).toBe(0)
  })

  test('keeps detach() alive when it is kept', async () => {
    const a = await committed(1)
    let kept: Tensor | undefined
    for (let i = 0; i < 3; i++) {
      await inStep(async () => {
        if (i === 1) kept = a.detach().keep()
        update(a, (x) => x.add(1))
        await commit()
      })
    }
    expect([await kept!.array(), await a.array()]).toEqual([[2], [4]])
  })
})

describe('outside a step, values from before an update', () => {
  test('are readable until the next commit but one', async () => {
    const a = await committed(1)
    const old = a.detach()
    const computed = a.mul(10)
    update(a, (x) => x.add(1))
    await commit()
    expect([await old.array(), await computed.array(), await a.mul(10).array()]).toEqual([[1], [10], [20]])
    const late = old.add(1)
    update(a, (x) => x.add(1))
    await commit()
    const message = new ExpiredTensorError(
      'tensor: it was computed from a parameter that has been updated twice since, got float32[1]; read it before, or call .keep() on what you compute from it',
    )
    await expect(old.data()).rejects.toThrow(message)
    await expect(late.data()).rejects.toThrow(message)
    expect(await computed.array()).toEqual([10])
  })

  test('stay when they are kept', async () => {
    const a = await committed(1)
    const old = a.detach().keep()
    const computed = a.mul(10).keep()
    for (let i = 0; i < 3; i++) {
      update(a, (x) => x.add(1))
      await commit()
    }
    expect([await old.array(), await computed.array(), await a.array()]).toEqual([[1], [10], [4]])
  })

  test('so do gradients', async () => {
    const a = await committed(2)
    a.square().sum().backward()
    await commit()
    const gradient = a.grad!.keep()
    for (let i = 0; i < 3; i++) {
      a.grad = null
      a.square().sum().backward()
      update(a, (x) => x.sub(a.grad!))
      await commit()
    }
    expect(await gradient.array()).toEqual([4])
  })
})

describe('a parameter', () => {
  test('is read before its first commit, and learns afterwards', async () => {
    const a = new Parameter(uniform([1], 3, 3))
    expect(await a.array()).toEqual([3])
    a.mul(a).sum().backward()
    await commit()
    expect([await a.array(), await a.grad!.array()]).toEqual([[3], [6]])
  })

  test('adds up gradients until they are set to null', async () => {
    const a = await committed(3)
    for (let i = 0; i < 2; i++) {
      a.square().sum().backward()
      await commit()
    }
    expect(await a.grad!.array()).toEqual([12])
    a.grad = null
    expect(a.grad).toBeNull()
    a.square().sum().backward()
    expect(await a.grad!.array()).toEqual([6])
  })

  test('that is frozen takes no part in differentiation', async () => {
    const [a, b] = [await committed(3), await committed(4)]
    a.requiresGrad = false
    a.mul(b).sum().backward()
    expect([a.grad, await b.grad!.array(), a.requiresGrad]).toEqual([null, [3], false])
    a.requiresGrad = true
    a.mul(b).sum().backward()
    expect(await a.grad!.array()).toEqual([4])
  })

  test('of integers never learns', () => {
    const a = new Parameter(tensor([1], { dtype: 'int32' }))
    a.requiresGrad = true
    expect([a.requiresGrad, a.add(1).requiresGrad]).toEqual([false, false])
  })

  test('that was disposed of says so, and does no harm to the next commit', async () => {
    const [a, b] = [await committed(1), await committed(2)]
    update(a, (x) => x.add(1))
    await commit()
    a.dispose()
    expect(() => a.add(1)).toThrow(new ExpiredTensorError('parameter: it was disposed'))
    update(b, (x) => x.add(1))
    await commit()
    expect(await b.array()).toEqual([3])
  })
})

describe('a tensor that requires a gradient', () => {
  test('collects it, also without a commit', async () => {
    const x = tensor([1, 2], { requiresGrad: true })
    expect(x.grad).toBeNull()
    x.square().sum().backward()
    x.sum().backward()
    expect(await x.grad!.array()).toEqual([3, 5])
  })

  test('starts anew when its gradient is set, which only it can', async () => {
    const x = tensor([1, 2], { requiresGrad: true })
    x.sum().backward()
    x.grad = null
    x.square().sum().backward()
    expect(await x.grad!.array()).toEqual([2, 4])
    expect(() => {
      x.mul(2).grad = null
    }).toThrow(new AutogradError('grad: only a tensor made with requiresGrad holds a gradient, got float32[2] of mul'))
  })

  test('shares a given gradient without giving it away', async () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const y = tensor([1, 2], { requiresGrad: true })
    const seed = tensor([10, 20])
    x.add(y).backward(seed)
    await inStep(async () => commit())
    for (let i = 0; i < 2; i++) {
      await inStep(async () => {
        x.sum().backward()
        await commit()
      })
    }
    expect([await x.grad!.array(), await y.grad!.array(), await seed.array()]).toEqual([
      [12, 22],
      [10, 20],
      [10, 20],
    ])
  })
})
