import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Callback, Tensor } from '@voltaic/core'
import { chooseBackend } from '@voltaic/example-backends'
import { expect, test, vi } from 'vitest'
import { cacheFolder } from '../../../tools/tensorflow/cache-folder.mjs'
import { train } from '../src/train.ts'

const tfjs = join(cacheFolder, 'node_modules', '@tensorflow', 'tfjs-node-gpu')

if (!existsSync(tfjs)) {
  console.warn('digits on TensorFlow is skipped, since there is none; node tools/tensorflow/setup.mjs fetches one')
}

/** The losses of the first 20 steps. */
async function losses(backend: string, model: 'mlp' | 'cnn'): Promise<number[]> {
  const seen: number[] = []
  const recorder: Callback = {
    async onTrainBatchEnd(_trainer, _module, outputs) {
      seen.push(await (outputs as { readonly loss: Tensor }).loss.item())
    },
  }
  const accelerator = await chooseBackend(backend, { allowCpu: true, threads: 2 })
  await train({ accelerator, model, mode: 'automatic', epochs: 1, seed: 1, samples: 640, callbacks: [recorder] })
  return seen.slice(0, 20)
}

test.skipIf(!existsSync(tfjs)).each(['mlp', 'cnn'] as const)(
  "on TensorFlow's kernels the %s has the CPU backend's losses",
  { timeout: 60_000 },
  async (model) => {
    vi.stubEnv('VOLTAIC_TFJS', tfjs)
    const [here, there] = [await losses('cuda', model), await losses('cpu', model)]
    expect(here).toHaveLength(20)
    for (const [i, loss] of here.entries()) expect(Math.abs(loss - there[i]!)).toBeLessThan(1e-4 * there[i]!)
  },
)
