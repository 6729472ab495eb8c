import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../../../tools/tensorflow/cache-folder.mjs'

const folder = join(cacheFolder, 'node_modules', '@tensorflow', 'tfjs-node-gpu')

/** Why tests on real kernels cannot run here; undefined where they can. */
export const missing: string | undefined = existsSync(folder)
  ? undefined
  : 'there is no TensorFlow; node tools/tensorflow/setup.mjs fetches one'

if (missing !== undefined) console.warn(`backend-cuda: tests on TensorFlow's kernels are skipped, since ${missing}`)

/** Where a real TensorFlow for the CPU lies. */
export function tensorflow(): string {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  return folder
}
