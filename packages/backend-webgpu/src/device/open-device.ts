import type { KernelLimits } from '../kernels/lowering.ts'
import { type AdapterOptions, describe, findAdapter, isSoftware } from './adapter.ts'

/** What differs between devices in what they support. */
export interface Abilities {
  /** Whether shaders know f16. */
  readonly hasHalf: boolean
  readonly maxBufferBytes: number
}

/** An open device, and what it can do. */
export interface OpenDevice extends Abilities {
  readonly device: GPUDevice
  /** For people: vendor, architecture and name. */
  readonly name: string
  readonly limits: KernelLimits
  /** Whether the device was opened here, and so is closed here. */
  readonly isOwn: boolean
}

const wantedFeatures: readonly GPUFeatureName[] = ['shader-f16', 'subgroups', 'timestamp-query']

/** Limits of which a device has the least there are, unless it is asked for the adapter's own. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxUniformBufferBindingSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
] as const

/** Opens the machine's device with all that its adapter has of what kernels use. */
export async function openDevice(options: AdapterOptions): Promise<OpenDevice> {
  const adapter = await findAdapter(options)
  const device = await adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
  })
  return { ...describeDevice(device, adapter.info), isOwn: true }
}

/** A device that someone else has opened. */
export function injectedDevice(device: GPUDevice): OpenDevice {
  return { ...describeDevice(device, device.adapterInfo), isOwn: false }
}

function describeDevice(device: GPUDevice, info: GPUAdapterInfo): Omit<OpenDevice, 'isOwn'> {
  const { limits } = device
  const most = Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX)
  return {
    device,
    name: isSoftware(info) ? `${describe(info)} (software)` : describe(info),
    limits: {
      // One is the record of faults.
      maxBuffers: limits.maxStorageBuffersPerShaderStage - 1,
      maxThreads: Math.min(256, 2 ** Math.floor(Math.log2(most))),
      maxSharedBytes: limits.maxComputeWorkgroupStorageSize,
    },
    ...abilitiesOf(device),
  }
}

/** What a device can do, or one with all that its adapter has. */
export function abilitiesOf({ features, limits }: Pick<GPUDevice, 'features' | 'limits'>): Abilities {
  return {
    hasHalf: features.has('shader-f16'),
    maxBufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
  }
}
