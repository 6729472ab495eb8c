import { MissingDependencyError } from '@voltaic/core'

/** What the npm package `webgpu` exports. */
interface Dawn {
  create(options: string[]): GPU
}

// The object must outlive every device that came from it: collected, it takes the process along.
let dawn: GPU | undefined

/**
 * WebGPU of this process: that of the browser, or else Dawn in Node.
 *
 * @throws MissingDependencyError where there is none
 */
export async function findGpu(): Promise<GPU> {
  const own = (globalThis.navigator as { readonly gpu?: GPU } | undefined)?.gpu
  if (own !== undefined) return own
  if (!isNode()) {
    throw new MissingDependencyError(
      'webgpu: this browser has no navigator.gpu; use a browser with WebGPU on a page of https or localhost, or pass { device }',
    )
  }
  dawn ??= await loadDawn()
  return dawn
}

async function loadDawn(): Promise<GPU> {
  // Named by a variable, so that bundlers for browsers do not look for it.
  const name = 'webgpu'
  try {
    const { create } = (await import(/* @vite-ignore */ name)) as Dawn
    return create([])
  } catch (error) {
    throw new MissingDependencyError('webgpu: cannot load the package webgpu; install it or pass { device }', {
      cause: error,
    })
  }
}

/** Whether this is Node, and not a browser. */
export function isNode(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } }
  return process?.versions?.node !== undefined
}
