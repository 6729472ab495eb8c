import { AcceleratorError } from '@voltaic/core'
import { findGpu, isNode } from './dawn.ts'

/** Which adapter is wanted. */
export interface AdapterOptions {
  /** Whether an adapter that computes on the CPU will do. */
  readonly allowSoftware: boolean
  /** Of several adapters: the strong one, or the one that saves power. */
  readonly powerPreference: GPUPowerPreference
}

/**
 * The adapter of this machine.
 *
 * @throws AcceleratorError with likely causes and remedies where there is none, or only one in software that is not allowed
 * @throws MissingDependencyError without WebGPU
 */
export async function findAdapter({ allowSoftware, powerPreference }: AdapterOptions): Promise<GPUAdapter> {
  const gpu = await findGpu()
  const adapter = await gpu.requestAdapter({ powerPreference })
  if (adapter === null || isNullDevice(adapter.info)) throw new AcceleratorError(`webgpu: no adapter; ${remedy()}`)
  if (isSoftware(adapter.info) && !allowSoftware) {
    throw new AcceleratorError(
      `webgpu: the adapter computes on the CPU, got ${describe(adapter.info)}; install a driver for the GPU, or pass { allowSoftware: true }`,
    )
  }
  return adapter
}

/** What to try where there is no adapter. */
export function remedy(): string {
  if (!isNode()) {
    return 'turn on hardware acceleration in the settings of the browser, or look into its page about the GPU (chrome://gpu)'
  }
  return [
    'install libvulkan1 and the Vulkan driver of the GPU (vulkaninfo --summary lists it)',
    'or, to run on the CPU, mesa-vulkan-drivers ≥ 25 with { allowSoftware: true };',
    'VK_ICD_FILENAMES names a driver that the loader does not find',
  ].join(' ')
}

/** Whether an adapter computes on the CPU. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || /llvmpipe|lavapipe|swiftshader|basic render/i.test(describe(info))
}

// Dawn has an adapter that accepts all commands and executes none.
function isNullDevice(info: GPUAdapterInfo): boolean {
  return /\bnull\b/i.test(describe(info))
}

/** An adapter in words: `nvidia hopper, NVIDIA H200`; software is named as such. */
export function describe(info: GPUAdapterInfo): string {
  const kind = [info.vendor, info.architecture].filter(Boolean).join(' ')
  const name = info.description || info.device
  return [kind, name].filter(Boolean).join(', ') || 'an adapter without a name'
}
