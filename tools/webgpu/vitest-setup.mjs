// Tests find the software driver that was set up, unless the environment names a driver already. Workers inherit the environment.
import { environmentOf } from './software-vulkan.mjs'

export function setup() {
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES } = process.env
  if (VK_ICD_FILENAMES === undefined && VK_DRIVER_FILES === undefined) {
    Object.assign(process.env, environmentOf('lavapipe'))
  }
}
