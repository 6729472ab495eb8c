import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ProgressBar } from '../../src/callbacks/progress-bar.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

class Logging extends Regression {
  override trainingStep(batch: Batch, batchIdx: number): Tensor {
    this.log('loss', 0.123456 + batchIdx, { progBar: true })
    return this.loss(batch)
  }
  override validationStep(): void {
    this.log('accuracy', 0.75, { progBar: true })
  }
  override testStep(): void {}
}

const lines: string[] = []
let isTTY: boolean | undefined

beforeEach(() => {
  lines.length = 0
  ;({ isTTY } = process.stderr)
  vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line))
})

afterEach(() => {
  process.stderr.isTTY = isTTY as boolean
  vi.restoreAllMocks()
})

test('where there is no terminal, each epoch is one plain line', async () => {
  process.stderr.isTTY = false
  const trainer = quietTrainer({ maxEpochs: 2, callbacks: [new ProgressBar()] })
  const module = new Logging()
  await trainer.fit(module, { train: batches(3), val: batches(2) })
  await trainer.validate(module, batches(2))
  await trainer.test(module, batches(4))
  expect(lines).toHaveLength(4)
  expect(lines[0]).toMatch(/^epoch 1\/2: 3 batches, [\d.]+ batches\/s accuracy=0\.75 loss=2\.123$/)
  expect(lines[1]).toMatch(/^epoch 2\/2: 3 batches, [\d.]+ batches\/s accuracy=0\.75 loss=2\.123$/)
  expect(lines[2]).toMatch(/^validation: 2 batches, /)
  expect(lines[3]).toMatch(/^test: 4 batches, /)
})

test('an epoch that breaks off says how far it came', async () => {
  process.stderr.isTTY = false
  const module = new Logging()
  module.onTrainBatchEnd = (_outputs, _batch, batchIdx) => {
    if (batchIdx === 1) throw new Error('broken')
  }
  const fit = quietTrainer({ maxEpochs: -1, callbacks: [new ProgressBar()] }).fit(module, { train: batches(3) })
  await expect(fit).rejects.toThrow('broken')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^epoch 1: 2 batches, /)
})

test('in a terminal it is a live bar', async () => {
  process.stderr.isTTY = true
  const written: string[] = []
  const write = (text: string | Uint8Array): boolean => {
    written.push(String(text))
    return true
  }
  vi.spyOn(process.stderr, 'write').mockImplementation(write as typeof process.stderr.write)
  await quietTrainer({ callbacks: [new ProgressBar({ refreshMs: 0 })] }).fit(new Logging(), { train: batches(3) })
  const text = written.join('')
  expect(lines).toEqual([])
  expect(text).toContain('epoch 1/1')
  expect(text).toContain('3/3')
  expect(text).toContain('loss=2.123')
})

test('the Trainer adds one, unless it is told not to or is given one', async () => {
  process.stderr.isTTY = false
  const fit = (options: object) => quietTrainer(options).fit(new Logging(), { train: batches(1) })
  await fit({ enableProgressBar: true })
  expect(lines).toHaveLength(1)
  await fit({ enableProgressBar: false })
  expect(lines).toHaveLength(1)
  await fit({ enableProgressBar: true, callbacks: [new ProgressBar()] })
  expect(lines).toHaveLength(2)
})
