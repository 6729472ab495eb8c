import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { AcceleratorError, MissingDependencyError } from '@voltaic/core'
import type { Binding } from './binding.ts'

/** What a user installs. */
export const packageName = '@tensorflow/tfjs-node-gpu'

/** The module `@tensorflow/tfjs-node-gpu`, as far as the backend uses it. */
export interface Tfjs {
  readonly version: { readonly tfjs?: string }
  backend(): unknown
}

export interface LoadOptions {
  /** The package's name, which is the default, or the folder in which it lies. */
  readonly from?: string | undefined
  /** Whether products of float32 may keep 10 bits of each factor. Default: false. */
  readonly allowTf32?: boolean
}

/**
 * Loads `@tensorflow/tfjs-node-gpu`, which starts TensorFlow. What it reads from the environment is set before, and
 * not changed where the user has set it.
 *
 * @throws MissingDependencyError when it is not installed, or does not load
 */
export async function loadTfjs({ from = packageName, allowTf32 = false }: LoadOptions = {}): Promise<Tfjs> {
  restoreUtil()
  // Without it, one process takes all memory of the GPU.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'
  if (!allowTf32) process.env.NVIDIA_TF32_OVERRIDE ??= '0'
  try {
    // A relative path is relative to where the program was started, and not to this file.
    return createRequire(import.meta.url)(from.startsWith('.') ? resolve(from) : from) as Tfjs
  } catch (error) {
    throw new MissingDependencyError(
      `cuda: cannot load ${from}; install it or pass { tfjs }, and see what voltaic-cuda-doctor says, got ${firstLine(error)}`,
      { cause: error },
    )
  }
}

/** The native addon behind `tfjs`. @throws AcceleratorError when there is none */
export function bindingOf(tfjs: Tfjs): Binding {
  const backend = tfjs.backend() as { readonly binding?: Binding } | null
  if (backend?.binding?.executeOp === undefined) {
    throw new AcceleratorError('cuda: tfjs has no native addon; pass @tensorflow/tfjs-node-gpu, not another tfjs')
  }
  return backend.binding
}

/** Gives Node's `util` what 4.22 of tfjs-node calls and Node 23 took away. */
export function restoreUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined
}

function firstLine(error: unknown): string {
  return String((error as Error)?.message ?? error).split('\n')[0]!
}
