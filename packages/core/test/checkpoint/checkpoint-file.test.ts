import { describe, expect, test } from 'vitest'
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import { saveSafetensors } from '../../src/checkpoint/state-file.ts'
import { DataError, MisconfigurationError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { Linear } from '../../src/nn/linear.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { Tensor } from '../../src/tensor/tensor.ts'
import { readIndependently } from './independent-reader.ts'

async function roundTrip(checkpoint: Checkpoint): Promise<Checkpoint> {
  return decodeCheckpoint(await encodeCheckpoint(checkpoint))
}

test('plain data comes back as it was, also what JSON has no word for', async () => {
  const data = {
    numbers: [0, -0, 1e-320, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    nothing: null,
    yes: true,
    text: 'naïve ☃ "quoted"',
    empty: { list: [], object: {}, map: new Map() },
    map: new Map([['b', -0]]),
    $tensor: { $number: 'NaN', $$: 1 },
    nested: [[[{ deep: [Number.NaN] }]]],
  }
  expect(await roundTrip(data)).toStrictEqual(data)
  expect(Object.is(((await roundTrip(data)).numbers as number[])[1], -0)).toBe(true)
})

test('a property that is undefined is left out', async () => {
  expect(await roundTrip({ a: undefined, b: 1 })).toStrictEqual({ b: 1 })
})

test('a key named __proto__ stays a key', async () => {
  const read = await roundTrip({ inner: JSON.parse('{"__proto__": {"polluted": true}}') })
  expect(Object.keys(read.inner as object)).toEqual(['__proto__'])
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('module, optimizer and host tensors come back, under names that other readers see', async () => {
  const layer = new Linear(2, 1)
  const optimizer = new AdamW(layer.parameters(), { lr: 0.1 })
  layer
    .forward(tensor([[1, 2]]))
    .sum()
    .backward()
  await optimizer.step()
  const bytes = await encodeCheckpoint({
    stateDict: layer.stateDict(),
    optimizers: [optimizer.stateDict()],
    sampler: { order: hostTensor(Int32Array.of(2, 0, 1)) },
  })
  expect([...readIndependently(bytes).tensors.keys()].sort()).toEqual([
    'optimizers.0.state.0.exp_avg',
    'optimizers.0.state.0.exp_avg_sq',
    'optimizers.0.state.0.step',
    'optimizers.0.state.1.exp_avg',
    'optimizers.0.state.1.exp_avg_sq',
    'optimizers.0.state.1.step',
    'sampler.order',
    'stateDict.bias',
    'stateDict.weight',
  ])
  const read = decodeCheckpoint(bytes) as {
    stateDict: Map<string, Tensor>
    optimizers: [ReturnType<AdamW['stateDict']>]
    sampler: unknown
  }
  expect(read.sampler).toEqual({ order: { data: Int32Array.of(2, 0, 1), shape: [3], dtype: 'int32' } })

  const other = new Linear(2, 1)
  const otherOptimizer = new AdamW(other.parameters(), { lr: 0.5 })
  other.loadStateDict(read.stateDict)
  otherOptimizer.loadStateDict(read.optimizers[0])
  expect(otherOptimizer.paramGroups[0]!.lr).toBe(0.1)
  for (const [module, adam] of [
    [layer, optimizer],
    [other, otherOptimizer],
  ] as const) {
    module.zeroGrad()
    module
      .forward(tensor([[3, -1]]))
      .sum()
      .backward()
    await adam.step()
  }
  expect(await other.weight.array()).toEqual(await layer.weight.array())
})

test('paths that would give two tensors one name are kept apart', async () => {
  const read = await roundTrip({ 'a.b': tensor([1]), a: { b: tensor([2]) } })
  expect(await (read['a.b'] as Tensor).array()).toEqual([1])
  expect(await (read.a as { b: Tensor }).b.array()).toEqual([2])
})

class Opaque {}
const loop: Record<string, unknown> = {}
loop.self = { again: loop }

test.each<[what: string, checkpoint: Checkpoint, message: RegExp]>([
  ['a function', { callbacks: [{ f: () => 1 }] }, /callbacks\.0\.f is no plain data, got a function/],
  ['an object of a class', { a: new Opaque() }, /a is no plain data, got a Opaque/],
  ['a bigint', { a: 1n }, /got a bigint/],
  ['a hole in a list', { a: [undefined] }, /a\.0 is no plain data, got a undefined/],
  ['a Map of numbers', { a: new Map([[1, 2]]) }, /a Map whose keys are no texts/],
  ['what contains itself', loop, /self\.again is no plain data, got an object inside itself/],
])('%s is refused', async (_, checkpoint, message) => {
  await expect(encodeCheckpoint(checkpoint)).rejects.toThrow(MisconfigurationError)
  await expect(encodeCheckpoint(checkpoint)).rejects.toThrow(message)
})

test('the same object in two places is no circle', async () => {
  const shared = { lr: 1 }
  expect(await roundTrip({ a: shared, b: [shared, shared] })).toEqual({ a: shared, b: [shared, shared] })
})

describe('a file that is not what was saved', () => {
  const original = { epoch: 3, weights: tensor([1, -2]), note: 'as it was' }

  test('is refused when it is cut anywhere', async () => {
    const bytes = await encodeCheckpoint(original)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(DataError)
    }
  })

  test('is refused when any one bit of it is another, or still says the same', async () => {
    const bytes = await encodeCheckpoint(original)
    let refused = 0
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      let read: Checkpoint
      try {
        read = decodeCheckpoint(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
        refused++
        continue
      }
      // White space of the header, or a name of metadata that nobody reads.
      expect([read.epoch, read.note, read.weights instanceof Tensor]).toEqual([3, 'as it was', true])
      expect(await (read.weights as Tensor).array()).toEqual([1, -2])
    }
    expect(refused).toBeGreaterThan(7.5 * bytes.length)
  })

  test('is refused with every tensor that differs', async () => {
    const bytes = await encodeCheckpoint({ a: tensor([1]), b: tensor([2]), c: tensor([3]) })
    bytes[bytes.length - 1]! ^= 0x40
    bytes[bytes.length - 5]! ^= 0x40
    expect(() => decodeCheckpoint(bytes, 'resume: last.safetensors')).toThrow(
      'resume: last.safetensors: tensors are not what was saved, got b has other numbers; c has other numbers; the file was damaged or changed',
    )
  })

  test('is refused when it is no checkpoint at all, with a word on what it is', async () => {
    const file = await saveSafetensors(new Map([['a', tensor([1])]]))
    expect(() => decodeCheckpoint(file)).toThrow('no checkpoint, got a safetensors file of the format "pt"')
  })
})
