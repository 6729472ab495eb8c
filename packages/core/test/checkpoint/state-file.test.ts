import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadSafetensors, saveSafetensors } from '../../src/checkpoint/state-file.ts'
import { ReLU } from '../../src/nn/activations.ts'
import { BatchNorm2d } from '../../src/nn/batch-norm.ts'
import { Conv2d } from '../../src/nn/conv.ts'
import { Flatten } from '../../src/nn/flatten.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { readIndependently } from './independent-reader.ts'

const fixtures = new URL('fixtures/', import.meta.url)
const torchFile = readFileSync(new URL('torch-module.safetensors', fixtures))
const recorded = JSON.parse(readFileSync(new URL('torch-module.json', fixtures), 'utf8'))

function network() {
  const norm = new BatchNorm2d(3)
  return { norm, net: new Sequential(new Conv2d(1, 3, 3), norm, new ReLU(), new Flatten(), new Linear(48, 2)) }
}

test('a module saved by PyTorch loads, and computes what it did there', async () => {
  const { net, norm } = network()
  expect(net.loadStateDict(loadSafetensors(torchFile))).toEqual({ missingKeys: [], unexpectedKeys: [] })
  const counter = norm.stateDict().get('num_batches_tracked')!
  expect([counter.dtype, await counter.item()]).toEqual(['int32', recorded.batchesTracked])
  const output = await net.eval().forward(tensor(recorded.input)).array()
  for (const [i, row] of (output as number[][]).entries()) {
    for (const [j, x] of row.entries()) expect(x).toBeCloseTo(recorded.output[i][j], 6)
  }
})

test('saved again, it has the names, shapes and numbers that PyTorch gave it', async () => {
  const { net } = network()
  net.loadStateDict(loadSafetensors(torchFile))
  const mine = readIndependently(await saveSafetensors(net.stateDict()))
  const theirs = readIndependently(torchFile)
  expect(mine.metadata).toEqual({ format: 'pt' })
  expect([...mine.tensors.keys()].sort()).toEqual([...theirs.tensors.keys()].sort())
  for (const [name, { shape, bytes, dtype }] of theirs.tensors) {
    const same = mine.tensors.get(name)!
    expect([name, same.shape]).toEqual([name, shape])
    if (dtype === 'F32') expect(same.bytes).toEqual(bytes)
    else expect([same.dtype, ...same.bytes]).toEqual(['I32', recorded.batchesTracked, 0, 0, 0])
  }
})

test('tensors of a computation are saved as well as those of a module', async () => {
  const x = tensor([1, 2, 3])
  const file = await saveSafetensors(new Map([['twice', x.mul(2)]]), { metadata: { made: 'here' } })
  expect(readIndependently(file).metadata).toEqual({ made: 'here' })
  expect(await loadSafetensors(file).get('twice')!.array()).toEqual([2, 4, 6])
})
