// Sets this machine up for the tests of the WebGPU backend, and prints the environment they want:
//
//   eval "$(node tools/webgpu/setup.mjs)"               Mesa's lavapipe, with shader-f16
//   eval "$(node tools/webgpu/setup.mjs swiftshader)"   SwiftShader, and the Chromium it comes with
//
// Everything lies below `$VOLTAIC_CACHE` (default: voltaic in the user's cache); a second call fetches nothing.
import { drivers, setUp } from './software-vulkan.mjs'

const [name = 'lavapipe'] = process.argv.slice(2)

if (!Object.hasOwn(drivers, name)) {
  fail(`tools/webgpu: no such driver, got ${name}; use one of ${Object.keys(drivers).join(', ')}`)
}
try {
  for (const [variable, value] of Object.entries(setUp(name))) console.log(`export ${variable}='${value}'`)
} catch (error) {
  fail(error.message)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
