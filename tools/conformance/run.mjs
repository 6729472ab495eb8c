// pnpm conformance <backend> [flags]: the command line of the conformance suite, on a backend of this repository.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { factoryOf, importBuilt, names } from './backends.mjs'

const [name, ...flags] = process.argv.slice(2)
if (!names.includes(name)) fail(`which backend, got ${name ?? 'none'}; use one of ${names.join(', ')}`)
const factory = factoryOf(name) ?? fail(`${name} is not built; there may be no such package yet`)

const environment = name === 'webgpu' ? await softwareDriver() : undefined
if (environment !== undefined) {
  // A driver must be there when the process starts.
  const args = [fileURLToPath(import.meta.url), name, ...flags]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...environment } })
  process.exit(status ?? 1)
}

const { runCli } = await importBuilt('cli/run-cli.js')
try {
  process.exitCode = await runCli([factory, ...flags], { command: `pnpm conformance ${name}` })
} catch (error) {
  fail(error.message)
}

/** The environment of Vulkan in software, where this machine has no GPU and `tools/webgpu/setup.mjs` has set it up. */
async function softwareDriver() {
  const { VK_ICD_FILENAMES } = process.env
  if (VK_ICD_FILENAMES !== undefined) return undefined
  const { environmentOf } = await import('../webgpu/software-vulkan.mjs')
  const { webgpu } = await import('./webgpu.mjs')
  const availability = await webgpu().isAvailable()
  return availability.available ? undefined : environmentOf('lavapipe')
}

function fail(message) {
  console.error(`conformance: ${message}`)
  process.exit(2)
}
