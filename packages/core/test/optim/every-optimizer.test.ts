import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { UnsupportedError } from '../../src/errors/errors.ts'
import type { DType } from '../../src/graph/dtype.ts'
import type { Graph } from '../../src/graph/graph.ts'
import type { OptimizerStateDict } from '../../src/optim/optimizer.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'
import { everyOptimizer } from '../support/every-optimizer.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'
import { flat } from './problem.ts'

/** Matrices: Muon learns nothing else. */
function parameters(dtype: DType = 'float64'): [Parameter, Parameter] {
  const [wide, tall] = [
    tensor(
      [
        [0.6, -0.4, 0.5],
        [1.2, 0.3, -0.9],
      ],
      { dtype },
    ),
    tensor([[0.7], [-0.5], [0.9]], { dtype }),
  ]
  return [new Parameter(wide), new Parameter(tall)]
}

/** Gradients that change from step to step, and in sign. */
function setGradients(params: readonly Parameter[], k: number): void {
  for (const [i, parameter] of params.entries()) {
    const { shape, numel, dtype } = parameter
    const numbers = Float64Array.from({ length: numel }, (_, j) => Math.sin(1 + 2.3 * k + 1.7 * j + i) + 0.2)
    parameter.grad = tensor(numbers, { shape }).to(dtype)
  }
}

async function numbersOf(params: readonly Parameter[]): Promise<number[]> {
  return (await Promise.all(params.map(flat))).flat()
}

/** What a JSON file would hold of a state, and the state that comes back out of it. */
async function throughJson({ state, paramGroups }: OptimizerStateDict): Promise<OptimizerStateDict> {
  const entries = Object.entries(state).map(async ([i, pieces]) => {
    const written = Object.entries(pieces).map(async ([name, piece]) => {
      const { shape, dtype } = piece
      return [name, { shape, dtype, data: Array.from(await piece.data()) }] as const
    })
    return [i, Object.fromEntries(await Promise.all(written))] as const
  })
  const saved = { state: Object.fromEntries(await Promise.all(entries)), paramGroups }
  const read = JSON.parse(JSON.stringify(saved)) as typeof saved
  const restored = Object.entries(read.state).map(([i, pieces]) => {
    const tensors = Object.entries(pieces).map(([name, { shape, dtype, data }]): [string, Tensor] => {
      const wide = Float64Array.from(data)
      return [name, tensor(dtype === 'float32' ? Float32Array.from(wide) : wide, { shape })]
    })
    return [i, Object.fromEntries(tensors)] as const
  })
  return { state: Object.fromEntries(restored), paramGroups: read.paramGroups }
}

describe.for(everyOptimizer)('$name', ({ Class, options, op }) => {
  test('a group has its own options, and one added later learns from then on', async () => {
    const both = parameters()
    const optimizer = new Class([{ params: [both[0]] }], options)
    const own = { ...options, lr: 0.01 }
    setGradients(both, 0)
    await optimizer.step()
    expect(await flat(both[1])).toEqual([0.7, -0.5, 0.9])
    optimizer.addParamGroup({ params: [both[1]], lr: 0.01 })
    for (const k of [1, 2, 3]) {
      setGradients(both, k)
      await optimizer.step()
    }
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([(options as { lr: number }).lr, 0.01])

    const alone = parameters()
    const [first, second] = [new Class([alone[0]], options), new Class([alone[1]], own)]
    for (const k of [0, 1, 2, 3]) {
      setGradients(alone, k)
      await first.step()
      if (k > 0) await second.step()
    }
    expect(await numbersOf(both)).toEqual(await numbersOf(alone))
  })

  test('a parameter without a gradient is skipped and keeps its state', async () => {
    const params = parameters()
    const optimizer = new Class(params, options)
    setGradients(params, 0)
    await optimizer.step()
    const before = await throughJson(optimizer.stateDict())
    const idle = await flat(params[1])
    setGradients(params, 1)
    params[1].grad = null
    await optimizer.step()
    expect(await flat(params[1])).toEqual(idle)
    const after = await throughJson(optimizer.stateDict())
    const pieces = Object.keys(before.state[1]!)
    expect(pieces.length).toBeGreaterThan(0)
    for (const piece of pieces) {
      expect(await flat(after.state[1]![piece]!)).toEqual(await flat(before.state[1]![piece]!))
    }
    expect(await flat(params[0])).not.toEqual(idle)
  })

  test('saved, written as JSON, and loaded into a new one, it goes on bit by bit', async () => {
    const params = parameters()
    const optimizer = new Class(params, options)
    for (const k of [0, 1, 2]) {
      setGradients(params, k)
      await optimizer.step()
    }
    const state = await throughJson(optimizer.stateDict())
    const copies = await Promise.all(params.map(async (p) => new Parameter(tensor(await p.data(), { shape: p.shape }))))
    const resumed = new Class(copies, { lr: 9 })
    resumed.loadStateDict(state)
    for (const k of [3, 4, 5]) {
      setGradients(params, k)
      setGradients(copies, k)
      await optimizer.step()
      await resumed.step()
    }
    expect(await numbersOf(copies)).toEqual(await numbersOf(params))
    const [saved, again] = await Promise.all([optimizer, resumed].map((some) => throughJson(some.stateDict())))
    expect(again!.paramGroups).toEqual(saved!.paramGroups)
    for (const [piece, value] of Object.entries(saved!.state[0]!)) {
      expect(again!.state[0]![piece]!.dtype).toBe(value.dtype)
      expect(await flat(again!.state[0]![piece]!)).toEqual(await flat(value))
    }
  })

  test('after two steps nothing compiles, whatever becomes of its rates', async () => {
    const accelerator = reference()
    await useAccelerator(accelerator)
    const params = parameters('float32')
    const optimizer = new Class(params, options)
    const [group] = optimizer.paramGroups as { lr: number; weightDecay?: number }[]
    const compiles: number[] = []
    for (let k = 0; k < 6; k++) {
      setGradients(params, k)
      group!.lr = 0.1 / (k + 1)
      if (group!.weightDecay !== undefined) group!.weightDecay = 0.2 / (k + 1)
      await optimizer.step()
      compiles.push(accelerator.stats().compiles)
    }
    expect(compiles.slice(1)).toEqual(Array(5).fill(compiles[1]))
    expect(compiles[1]).toBeGreaterThan(0)
  })

  test('the update of a parameter is one node for an accelerator that declares it', async () => {
    const inner = reference()
    const graphs: Graph[] = []
    await useAccelerator({
      ...inner,
      capabilities: { ...inner.capabilities, composites: new Set([op]) },
      compile(graph) {
        graphs.push(graph)
        throw new UnsupportedError('seen')
      },
    })
    const params = parameters()
    setGradients(params, 0)
    await expect(new Class(params, options).step()).rejects.toThrow('seen')
    const ops = graphs[0]!.nodes.map((node) => node.op.name)
    // Beside the updates there is only the state that they begin with.
    expect(ops.filter((name) => name !== 'literal' && name !== 'broadcastTo')).toEqual([op, op])
    await useAccelerator(reference())
  })

  test('a Trainer takes the steps that a loop by hand takes', async () => {
    class Run extends Regression {
      override configureOptimizers() {
        return new Class([this.net.weight], options)
      }
    }
    const fitted = new Run()
    const train = batches(4)
    await quietTrainer().fit(fitted, { train })
    await useAccelerator(reference())
    const looped = new Run()
    const optimizer = looped.configureOptimizers()
    for (const { x, y } of train) {
      optimizer.zeroGrad()
      const device = ({ data, shape }: typeof x) => tensor(data, { shape })
      looped.loss({ x: device(x), y: device(y) }).backward()
      await optimizer.step()
    }
    expect(await looped.numbers()).toEqual(await fitted.numbers())
  })

  test.for(['float16', 'bfloat16'] as const)('a step on %s is that on float32, rounded once', async (dtype) => {
    const half = parameters(dtype)
    const wide = half.map((parameter) => new Parameter(parameter.detach().to('float32')))
    setGradients(half, 0)
    for (const [i, parameter] of wide.entries()) parameter.grad = half[i]!.grad!.to('float32')
    await new Class(wide, options).step()
    await new Class(half, options).step()
    expect(half.map((parameter) => parameter.dtype)).toEqual([dtype, dtype])
    const rounded = await Promise.all(wide.map((parameter) => flat(parameter.to(dtype).to('float32'))))
    expect(await Promise.all(half.map((parameter) => flat(parameter.to('float32'))))).toEqual(rounded)
  })

  test.for([[[0, 3]], [[3, 0]]])('a parameter of shape %o stays as empty as it is', async ([shape]) => {
    const [full] = parameters('float32')
    const empty = new Parameter(zeros(shape!))
    const optimizer = new Class([empty, full], options)
    for (const k of [0, 1]) {
      setGradients([empty, full], k)
      await optimizer.step()
    }
    expect(empty.shape).toEqual(shape)
    expect(await flat(empty)).toEqual([])
    for (const x of await flat(full)) expect(x).not.toBeNaN()
    const { state } = optimizer.stateDict()
    for (const piece of Object.values(state[0]!)) for (const x of await flat(piece)) expect(x).not.toBeNaN()
  })

  test('a gradient of another shape is refused', async () => {
    const [parameter] = parameters()
    const optimizer = new Class([parameter], options)
    parameter.grad = zeros([3, 2], { dtype: 'float64' })
    await expect(optimizer.step()).rejects.toThrow(
      `${op}: a gradient has shape and dtype of its parameter, float64[2, 3], got float64[3, 2]`,
    )
    expect(await flat(parameter)).toEqual([0.6, -0.4, 0.5, 1.2, 0.3, -0.9])
  })
})

const maximizing = everyOptimizer.filter(({ name }) => name !== 'Muon')

test.for(maximizing)('$name, maximising, takes the steps of minimising the negative', async ({ Class, options }) => {
  const [up, down] = [parameters(), parameters()]
  const [first, second] = [new Class(up, { ...options, maximize: true }), new Class(down, options)]
  for (const k of [0, 1, 2]) {
    setGradients(up, k)
    for (const [i, parameter] of down.entries()) parameter.grad = up[i]!.grad!.neg()
    await first.step()
    await second.step()
  }
  expectWithin(await numbersOf(up), await numbersOf(down), 1e-15)
})
