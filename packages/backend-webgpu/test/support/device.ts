import { describe } from 'vitest'
import { webgpu } from '../../src/index.ts'

/** One accelerator for a test file. */
export const device = webgpu({ allowSoftware: true })

const availability = await device.isAvailable()

/** `describe` for tests that need a device: where there is none they are skipped, and the reason is printed. */
export const describeOnDevice: typeof describe.skip = availability.available ? describe : describe.skip

if (!availability.available) {
  console.warn(`Tests on a device of WebGPU are skipped: ${availability.reason} (${availability.remedy})`)
}
