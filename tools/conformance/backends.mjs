// The backends of this repository, by the names under which the conformance suite is run on them.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

const factories = {
  reference: 'packages/core/dist/index.js#reference',
  cpu: 'packages/backend-cpu/dist/index.js#cpu',
  webgpu: 'tools/conformance/webgpu.mjs#webgpu',
  cuda: 'tools/conformance/cuda.mjs#cuda',
}

export const names = Object.keys(factories)

/** The module and export that make accelerators of backend `name`; undefined where it is not built. */
export function factoryOf(name) {
  const [path, factory] = factories[name].split('#')
  const built = name === 'reference' ? 'core' : `backend-${name}`
  if (!existsSync(new URL(`packages/${built}/dist/index.js`, root))) return undefined
  return `${fileURLToPath(new URL(path, root))}#${factory}`
}

/** Imports what the conformance package was built to. */
export function importBuilt(path) {
  return import(new URL(`packages/conformance/dist/${path}`, root).href)
}
