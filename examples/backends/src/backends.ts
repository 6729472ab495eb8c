import type { Accelerator } from '@voltaic/core'
import { choice } from './choice.ts'

export interface BackendOptions {
  /** Threads, where the backend has a choice. Default: the backend's. */
  readonly threads?: number
  /** Whether `cuda` may run on TensorFlow's CPU kernels where there is no GPU. Default: false. */
  readonly allowCpu?: boolean
}

/** Backends that run on every machine, by the name that `--backend` takes. A package is loaded when it is chosen, and not before. */
export const backends = {
  async cpu({ threads }: BackendOptions): Promise<Accelerator> {
    const { cpu } = await import('@voltaic/backend-cpu')
    return cpu(threads === undefined ? {} : { threads })
  },
  async reference(): Promise<Accelerator> {
    const { reference } = await import('@voltaic/core')
    return reference()
  },
} as const

/** All that `--backend` takes. */
const choices = {
  ...backends,
  async cuda({ allowCpu = false }: BackendOptions): Promise<Accelerator> {
    const { cuda } = await import('@voltaic/backend-cuda')
    // Where tfjs-node-gpu lies, if it is not installed beside the backend.
    const { VOLTAIC_TFJS } = process.env
    return cuda({ allowCpu, ...(VOLTAIC_TFJS === undefined ? {} : { tfjs: VOLTAIC_TFJS }) })
  },
} as const

/**
 * The accelerator that `--backend` names.
 *
 * @throws Error listing the backends when `name` is none of them
 */
export function chooseBackend(name: string, options: BackendOptions = {}): Promise<Accelerator> {
  return choices[choice('--backend', name, choices)](options)
}
