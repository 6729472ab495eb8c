import { describe, test } from 'vitest'
import { webgpu } from '../../src/index.ts'

/** One accelerator for a test file. */
export const device = webgpu({ allowSoftware: true })

const availability = await device.isAvailable()

/** `describe` for tests that need a device: where there is none they are skipped, and the reason is printed. */
export const describeOnDevice: typeof describe.skip = availability.available ? describe : describe.skip

/** `test` for what needs float16; where the device has none it is skipped, and that is said. */
export const testOnHalf: typeof test.skip =
  device.capabilities.supports('add', 'float16') === undefined ? test.skip : test

if (availability.available && testOnHalf === test.skip) {
  console.warn('Tests of float16 are skipped: the device lacks shader-f16')
}
if (!availability.available) {
  console.warn(`Tests on a device of WebGPU are skipped: ${availability.reason} (${availability.remedy})`)
}
