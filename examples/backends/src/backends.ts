import type { Accelerator } from '@voltaic/core'
import { choice } from './choice.ts'

export interface BackendOptions {
  /** Threads, where the backend has a choice. Default: the backend's. */
  readonly threads?: number
}

/** Every backend by the name that `--backend` takes. Its package is loaded when it is chosen, and not before. */
export const backends = {
  async cpu(options: BackendOptions): Promise<Accelerator> {
    const { cpu } = await import('@voltaic/backend-cpu')
    return cpu(options)
  },
  async reference(): Promise<Accelerator> {
    const { reference } = await import('@voltaic/core')
    return reference()
  },
} as const

/**
 * The accelerator that `--backend` names.
 *
 * @throws Error listing the backends when `name` is none of them
 */
export function chooseBackend(name: string, options: BackendOptions = {}): Promise<Accelerator> {
  return backends[choice('--backend', name, backends)](options)
}
