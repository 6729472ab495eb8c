// CUDA as the conformance suite runs it: the tfjs-node-gpu that VOLTAIC_TFJS names, or else TensorFlow's CPU kernels, where
// tools/tensorflow has fetched them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cuda as create } from '../../packages/backend-cuda/dist/index.js'
import { cacheFolder } from '../tensorflow/cache-folder.mjs'

const fetched = join(cacheFolder, 'node_modules', '@tensorflow', 'tfjs-node-gpu')

export function cuda() {
  const { VOLTAIC_TFJS } = process.env
  if (VOLTAIC_TFJS !== undefined) return create({ tfjs: VOLTAIC_TFJS, allowCpu: true })
  return create(existsSync(fetched) ? { tfjs: fetched, allowCpu: true } : {})
}
