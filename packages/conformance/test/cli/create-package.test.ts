import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Accelerator } from '@voltaic/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPackage } from '../../src/cli/create-package.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { countResults } from '../../src/suite/report.ts'
import { runConformance } from '../../src/suite/run-conformance.ts'

// Inside the package, so that what is created finds its dependencies.
const parent = fileURLToPath(new URL('../../.conformance', import.meta.url))
let folder: string

beforeEach(() => {
  mkdirSync(parent, { recursive: true })
  folder = mkdtempSync(join(parent, 'create-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('the command creates a package that passes what its accelerator declares', { timeout: 60_000 }, async () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  const created = join(folder, 'fast-chip')
  expect(await runCli(['create', created])).toBe(0)
  expect(printed.mock.calls.flat().join('\n')).toContain('npm test')

  const { fastChip } = (await import(/* @vite-ignore */ join(created, 'src/index.ts'))) as {
    readonly fastChip: () => Accelerator
  }
  const report = await runConformance(fastChip, { seed: 1 })
  const { pass, fail, unsupported } = countResults(report.cases)
  expect(report).toMatchObject({ accelerator: 'fast-chip', profiles: [] })
  expect(report.cases.filter(({ status }) => status === 'fail')).toEqual([])
  expect(fail).toBe(0)
  expect(pass).toBeGreaterThan(30)
  expect(unsupported).toBeGreaterThan(1000)
})

test('what is created bears the name of its folder', () => {
  const created = join(folder, 'fast-chip')
  const files = createPackage(created)
  expect(files.map((file) => relative(created, file)).sort()).toEqual(
    ['.gitignore', 'README.md', 'package.json', 'src/index.ts', 'test/conformance.test.ts', 'tsconfig.json'].sort(),
  )
  for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/my-?accelerator/i)
  expect(JSON.parse(readFileSync(join(created, 'package.json'), 'utf8')).name).toBe('fast-chip')
  const test = readFileSync(join(created, 'test/conformance.test.ts'), 'utf8')
  expect(test).toContain('testAccelerator(() => fastChip())')
})

test.each(['Fast', 'fast_chip', '2fast', 'fast-'])('%j is no name', (name) => {
  expect(() => createPackage(join(folder, name))).toThrow('lower-case words')
  expect(existsSync(join(folder, name))).toBe(false)
})

test('a folder that holds something stays as it is', () => {
  const created = join(folder, 'fast-chip')
  createPackage(created)
  expect(() => createPackage(created)).toThrow('the folder is not empty')
})

test('create needs a folder', async () => {
  await expect(runCli(['create'])).rejects.toThrow('create takes one folder, got 0')
})
