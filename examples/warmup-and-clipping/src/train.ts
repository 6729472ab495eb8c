import { type Accelerator, hostTensor, manualSeed, Trainer } from '@voltaic/core'
import { overrides } from './overrides.ts'
import type { Recorded } from './recorded.ts'

/** Of the Trainer: the norm that gradients are clipped to, where an override clips at all. */
export const gradientClipVal = 0.5

const rows = 16

/** Eight batches of a target that is far off at first. */
const batches = Array.from({ length: 8 }, (_, batch) => {
  const x = Float32Array.from({ length: 4 * rows }, (_, i) => Math.sin(1 + i * (batch + 1)))
  const y = Float32Array.from({ length: rows }, (_, i) => 2 + x[4 * i]! - x[4 * i + 1]!)
  return { x: hostTensor(x, [rows, 4]), y: hostTensor(y, [rows, 1]) }
})

/** Trains one of the modules for an epoch. @returns what was seen of both optimizers, by batch */
export async function train(accelerator: Accelerator, name: keyof typeof overrides): Promise<Recorded['records']> {
  manualSeed(1)
  const module = new overrides[name]()
  const trainer = new Trainer({ accelerator, maxEpochs: 1, gradientClipVal, enableProgressBar: false })
  await trainer.fit(module, { train: batches })
  return module.records
}
