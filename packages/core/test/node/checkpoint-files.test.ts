import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { DataError } from '../../src/errors/errors.ts'
import { readCheckpoint, writeCheckpoint } from '../../src/node/checkpoint-files.ts'
import { readSafetensors, writeSafetensors } from '../../src/node/safetensors-files.ts'
import { writeAtomically } from '../../src/node/write-atomically.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { tempFolder } from './temp-files.ts'

const folder = tempFolder()

test('a checkpoint is written into folders that are made for it, and read back', async () => {
  const path = join(folder(), 'runs', 'a', 'last.safetensors')
  await writeCheckpoint(path, { epoch: 2, weights: tensor([1, 2]) })
  const read = await readCheckpoint(pathToFileURL(path))
  expect(read.epoch).toBe(2)
  expect(await (read.weights as Tensor).array()).toEqual([1, 2])
  expect(await readdir(join(folder(), 'runs', 'a'))).toEqual(['last.safetensors'])
})

test('a state dict is written and read back', async () => {
  const path = join(folder(), 'weights.safetensors')
  await writeSafetensors(path, new Map([['w', tensor([3])]]))
  expect(await (await readSafetensors(path)).get('w')!.array()).toEqual([3])
})

test('a truncated file is refused by its name', async () => {
  const path = join(folder(), 'cut.safetensors')
  await writeCheckpoint(path, { weights: tensor([1, 2]) })
  await writeFile(path, (await readFile(path)).subarray(0, -1))
  await expect(readCheckpoint(path)).rejects.toThrow(DataError)
  await expect(readCheckpoint(path)).rejects.toThrow(`readCheckpoint: ${path}: no whole safetensors file`)
})

test('a file that is not there is the system’s own error', async () => {
  await expect(readCheckpoint(join(folder(), 'none'))).rejects.toThrow('ENOENT')
})

test('while a file is replaced, whoever reads it finds the old one or the new one', async () => {
  const path = join(folder(), 'replaced.safetensors')
  await writeCheckpoint(path, { round: 0 })
  const rounds: unknown[] = []
  let writing = true
  const reader = (async () => {
    while (writing) rounds.push((await readCheckpoint(path)).round)
  })()
  for (let round = 1; round <= 20; round++) await writeCheckpoint(path, { round, bulk: tensor([round]) })
  writing = false
  await reader
  expect(rounds.length).toBeGreaterThan(1)
  expect(rounds.toSorted((a, b) => (a as number) - (b as number))).toEqual(rounds)
})

test('a write that fails leaves the old file, and nothing else', async () => {
  const inner = join(folder(), 'failing')
  const path = join(inner, 'x')
  await writeAtomically(path, [Uint8Array.of(1)])
  await expect(writeAtomically(path, [Uint8Array.of(2), { length: 1 } as never])).rejects.toThrow()
  // A folder in the way of the rename.
  await mkdir(join(inner, 'folder', 'full'), { recursive: true })
  await expect(writeAtomically(join(inner, 'folder'), [Uint8Array.of(3)])).rejects.toThrow()
  expect([...(await readFile(path))]).toEqual([1])
  expect((await readdir(inner)).toSorted()).toEqual(['folder', 'x'])
})
