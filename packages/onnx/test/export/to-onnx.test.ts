import {
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  cat,
  Dropout,
  type DType,
  Embedding,
  Flatten,
  GELU,
  type HostTensor,
  hostTensor,
  LayerNorm,
  Linear,
  LSTM,
  MaxPool2d,
  MisconfigurationError,
  Module,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  Softmax,
  type Tensor,
  TransformerEncoderLayer,
  tensor,
  UnsupportedError,
} from '@voltaic/core'
import { onnx } from 'onnx-proto'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ExportableModule, toOnnx } from '../../src/index.ts'

beforeEach(() => void manualSeed(7))

/** `sin(i)` in every place, of some rows. */
function rows(count: number, shape: readonly number[], dtype: DType = 'float32'): HostTensor {
  const size = shape.reduce((product, n) => product * n, count)
  const wave = Array.from({ length: size }, (_, i) => Math.sin(i + 1))
  const data = dtype === 'float64' ? Float64Array.from(wave) : Float32Array.from(wave)
  return hostTensor(data, [count, ...shape])
}

function tokens(count: number, length: number, below: number): HostTensor {
  return hostTensor(
    Int32Array.from({ length: count * length }, (_, i) => (i * 7) % below),
    [count, length],
  )
}

async function run(
  model: Uint8Array,
  inputs: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, OrtTensor>> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 3, intraOpNumThreads: 1 })
  const feeds = Object.entries(inputs).map(([name, { data, shape, dtype }]) => [
    name,
    new OrtTensor(dtype as 'float32', data as never, [...shape]),
  ])
  return (await session.run(Object.fromEntries(feeds))) as Record<string, OrtTensor>
}

/** Expects ONNX Runtime to compute what the module does, for several batch sizes of one and the same model. */
async function expectSame(
  module: ExportableModule,
  input: (batch: number) => HostTensor,
  { digits = 5 }: { readonly digits?: number } = {},
): Promise<Uint8Array> {
  const model = await toOnnx(module, input(2))
  for (const inner of module.modules()) inner.training = false
  for (const batch of [1, 2, 5]) {
    const example = input(batch)
    const { output } = await run(model, { input: example })
    const expected = module.forward(asTensor(example) as never) as Tensor
    expect(output!.dims).toEqual(expected.shape)
    const numbers = await expected.data()
    for (const [i, x] of Array.from(output!.data as Float32Array).entries()) expect(x).toBeCloseTo(numbers[i]!, digits)
  }
  return model
}

function asTensor({ data, shape, dtype }: HostTensor): Tensor {
  return tensor(data, { shape, dtype })
}

describe('ONNX Runtime computes what the module does, whatever the batch size', () => {
  test('a perceptron, whose dropout is off', async () => {
    const net = new Sequential(
      new Linear(6, 8),
      new BatchNorm1d(8),
      new ReLU(),
      new Dropout(0.5),
      new Linear(8, 3),
      new Softmax(1),
    )
    await expectSame(net, (batch) => rows(batch, [6]))
  })

  test('a convolutional network', async () => {
    const net = new Sequential(
      new Conv2d(2, 4, 3, { padding: 1 }),
      new BatchNorm2d(4),
      new ReLU(),
      new MaxPool2d(2),
      new Flatten(),
      new Linear(64, 5),
    )
    await expectSame(net, (batch) => rows(batch, [2, 8, 8]))
  })

  test('a transformer layer on embedded tokens', async () => {
    class Encoder extends Module {
      readonly table = new Embedding(11, 8)
      readonly layer = new TransformerEncoderLayer(8, 2, { dimFeedforward: 16, batchFirst: true })
      readonly norm = new LayerNorm(8)
      readonly out = new Linear(8, 3)
      readonly act = new GELU()

      forward(ids: Tensor): Tensor {
        return this.out.forward(this.act.forward(this.norm.forward(this.layer.forward(this.table.forward(ids)))))
      }
    }
    await expectSame(new Encoder(), (batch) => tokens(batch, 6, 11), { digits: 4 })
  })

  test('a recurrent network, whose state begins with zeros for each sample', async () => {
    class Recurrent extends Module {
      readonly lstm = new LSTM(4, 5, { batchFirst: true })

      forward(x: Tensor): Tensor {
        return this.lstm.forward(x)[0]
      }
    }
    await expectSame(new Recurrent(), (batch) => rows(batch, [3, 4]))
  })

  test('shapes that hold the batch size in several places', async () => {
    class Reshaping extends Module {
      forward(x: Tensor): Tensor {
        const batch = x.size(0)
        const twice = cat([x, x.mul(2)], 0).reshape([2, batch, 4])
        return twice
          .permute([1, 0, 2])
          .reshape([batch * 2, 4])
          .slice(0, 0, batch * 2 - 1)
      }
    }
    const model = await expectSame(new Reshaping(), (batch) => rows(batch, [4]))
    const [output] = onnx.ModelProto.decode(model).graph!.output!
    expect(output!.type!.tensorType!.shape!.dim![0]!.dimParam).toBe('2*batch - 1')
  })

  test('in double precision', async () => {
    const net = new Sequential(new Linear(3, 4, { dtype: 'float64' }), new ReLU())
    await expectSame(net, (batch) => rows(batch, [3], 'float64'), { digits: 12 })
  })
})

test('weights have their names, dimensions and all, and nothing is of ONNX Runtime alone', async () => {
  const net = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2))
  const model = onnx.ModelProto.decode(await toOnnx(net, rows(1, [3]), { batchName: 'n' }))
  const { initializer, input, output, node } = model.graph!
  expect(initializer!.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['0.weight', '0.bias', '2.weight', '2.bias']),
  )
  expect(input!.map(({ name }) => name)).toEqual(['input'])
  const dims = (info: onnx.IValueInfoProto) =>
    info.type!.tensorType!.shape!.dim!.map(({ dimParam, dimValue }) => dimParam || Number(dimValue))
  expect([dims(input![0]!), dims(output![0]!)]).toEqual([
    ['n', 3],
    ['n', 2],
  ])
  expect(model.opsetImport!.map(({ domain }) => domain)).toEqual([''])
  expect(node!.every(({ domain }) => !domain)).toBe(true)
})

test('a module goes on training as it was', async () => {
  const net = new Sequential(new Linear(2, 2), new Dropout(0.5))
  const inner = net.modules()
  inner[2]!.training = false
  await toOnnx(net, rows(1, [2]))
  expect(inner.map(({ training }) => training)).toEqual([true, true, false])
})

describe('several inputs and outputs', () => {
  class Two extends Module {
    readonly offset = tensor([1, 2, 3])

    forward(x: Tensor, y: Tensor): { sum: Tensor; same: Tensor; x: Tensor } {
      const sum = x.add(y).add(this.offset)
      return { sum, same: sum, x }
    }
  }

  test('are named by the caller, or by what forward returns', async () => {
    const two = new Two()
    const inputs = [rows(2, [3]), rows(2, [3])]
    const model = await toOnnx(two, inputs, { inputNames: ['a', 'b'] })
    const results = await run(model, { a: inputs[0]!, b: inputs[1]! })
    const expected = two.forward(asTensor(inputs[0]!), asTensor(inputs[1]!))
    expect(Object.keys(results)).toEqual(['sum', 'same', 'x'])
    for (const [name, { data }] of Object.entries(results)) {
      expect([...(data as Float32Array)]).toEqual([...(await expected[name as 'sum'].data())])
    }
    const renamed = await toOnnx(two, inputs, { outputNames: ['p', 'q', 'r'] })
    expect(Object.keys(await run(renamed, { input_0: inputs[0]!, input_1: inputs[1]! }))).toEqual(['p', 'q', 'r'])
  })

  test('must be as many as their names', async () => {
    const inputs = [rows(2, [3]), rows(2, [3])]
    await expect(toOnnx(new Two(), inputs, { inputNames: ['a'] })).rejects.toThrow(MisconfigurationError)
    await expect(toOnnx(new Two(), inputs, { outputNames: ['a'] })).rejects.toThrow(
      'there are 3 outputs, got 1 names: a',
    )
  })
})

describe('what depends on the batch size other than in its dimensions is refused', () => {
  const refused: [what: string, forward: (x: Tensor) => unknown, message: RegExp][] = [
    ['the mean of a batch', (x) => x.mean(0), /Div reads float\[\]/],
    ['the size as a number', (x) => x.mul(x.size(0)), /Mul reads float/],
    ['a number of ops', (x) => x.unbind(0).reduce((sum, row) => sum.add(row)), /the number of ops is/],
    [
      'its square',
      (x) =>
        x
          .reshape([-1, 1])
          .matmul(x.reshape([1, -1]))
          .sum([1])
          .sum([0])
          .add(x.size(0) ** 2),
      /reads/,
    ],
    [
      'tensors of that size',
      (x) => x.add(tensor(new Float32Array(x.size(0)), { shape: [x.size(0), 1] })),
      /other tensors/,
    ],
    ['tensors with other numbers', (x) => x.add(tensor([x.size(0)])), /other tensors/],
  ]
  test.each(refused)('%s', async (_, forward, message) => {
    class Refused extends Module {
      readonly forward = forward
    }
    const module = new Refused()
    await expect(toOnnx(module, rows(2, [3]))).rejects.toThrow(UnsupportedError)
    await expect(toOnnx(module, rows(2, [3]))).rejects.toThrow(message)
  })

  test('and taken for one size', async () => {
    class Mean extends Module {
      forward(x: Tensor): Tensor {
        return x.mean(0)
      }
    }
    const model = await toOnnx(new Mean(), rows(4, [3]), { dynamicBatch: false })
    const { output } = await run(model, { input: rows(4, [3]) })
    const expected = await new Mean().forward(asTensor(rows(4, [3]))).data()
    for (const [i, x] of Array.from(output!.data as Float32Array).entries()) expect(x).toBeCloseTo(expected[i]!, 6)
  })
})

test('what is no tensor, and what is random, is refused', async () => {
  class Odd extends Module {
    readonly forward: (x: Tensor) => unknown

    constructor(forward: (x: Tensor) => unknown) {
      super()
      this.forward = forward
    }
  }
  const odd = (forward: (x: Tensor) => unknown) => toOnnx(new Odd(forward), rows(2, [3]))
  await expect(odd(() => 3)).rejects.toThrow('forward returns a tensor, or a list or object of tensors, got number')
  await expect(odd((x) => x.add(randn([3])))).rejects.toThrow(UnsupportedError)
  await expect(toOnnx(new Odd((x) => x) as never, hostTensor(Float32Array.of(1), []))).rejects.toThrow('the batch')
})
