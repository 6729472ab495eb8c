import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { MissingDependencyError } from '@voltaic/core'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { loadTfjs, restoreUtil } from '../../src/binding/load-tfjs.ts'

const folder = mkdtempSync(join(tmpdir(), 'voltaic-tfjs-'))
afterEach(() => void vi.unstubAllEnvs())
afterAll(() => rmSync(folder, { recursive: true }))

/** What a module sees that is loaded as tfjs. */
async function seen(options: Parameters<typeof loadTfjs>[0] = {}) {
  const path = join(folder, `${Math.random()}.js`)
  writeFileSync(path, `module.exports = { env: { ...process.env }, util: require('util').isNullOrUndefined }`)
  return (await loadTfjs({ from: path, ...options })) as unknown as {
    readonly env: Readonly<Record<string, string>>
    readonly util: (x: unknown) => boolean
  }
}

test('TensorFlow grows its share of memory, and multiplies float32 in full precision', async () => {
  vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', undefined)
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', undefined)
  expect((await seen()).env).toMatchObject({ TF_FORCE_GPU_ALLOW_GROWTH: 'true', NVIDIA_TF32_OVERRIDE: '0' })
})

test('TF32 is allowed where it is asked for', async () => {
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', undefined)
  expect((await seen({ allowTf32: true })).env).not.toHaveProperty('NVIDIA_TF32_OVERRIDE')
})

test("a user's environment stays as it is", async () => {
  vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', 'false')
  vi.stubEnv('NVIDIA_TF32_OVERRIDE', '1')
  expect((await seen()).env).toMatchObject({ TF_FORCE_GPU_ALLOW_GROWTH: 'false', NVIDIA_TF32_OVERRIDE: '1' })
})

test('the function that Node 23 took away is there again', async () => {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  const before = util.isNullOrUndefined
  delete util.isNullOrUndefined
  try {
    const { util: isNullOrUndefined } = await seen()
    expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false])
    const restored = util.isNullOrUndefined
    restoreUtil()
    expect(util.isNullOrUndefined).toBe(restored)
  } finally {
    util.isNullOrUndefined = before
  }
})

test('a relative path is relative to where the program was started', async () => {
  writeFileSync(join(folder, 'here.js'), 'module.exports = { version: { tfjs: "here" } }')
  const { version } = await loadTfjs({ from: `./${relative(process.cwd(), join(folder, 'here.js'))}` })
  expect(version.tfjs).toBe('here')
})

test('what does not load says what to do', async () => {
  const loading = loadTfjs({ from: join(folder, 'nothing') })
  await expect(loading).rejects.toThrow(MissingDependencyError)
  await expect(loading).rejects.toThrow(/install it or pass \{ tfjs \}, and see what voltaic-cuda-doctor says/)
})
