import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../src/cli/run-cli.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const module = `${fixture('accelerators.mjs')}#good`
const caseOfAdd = 'ops/add/float32/values'

// The first one gathers all cases.
vi.setConfig({ testTimeout: 30_000 })

let folder: string
let printed: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'))
  printed = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

test('runs the cases that are named, prints the sum and ends with 0', async () => {
  expect(await runCli([module, '--case', caseOfAdd, '--seed', '7'])).toBe(0)
  expect(printed).toEqual([expect.stringMatching(/^reference \(JavaScript\): 1 pass, 0 fail, .*seed 7$/)])
})

test('a failure is printed with the command that repeats it, and ends with 1', async () => {
  const wrong = `${fixture('accelerators.mjs')}#wrong`
  expect(await runCli([wrong, '--case', caseOfAdd, '--seed', '7'])).toBe(1)
  expect(printed[0]).toContain(`✗ ${caseOfAdd}\n  add: wrong result`)
  expect(printed[0]).toContain(`again: npx voltaic-conformance ${wrong} --case ${caseOfAdd} --seed 7`)
})

test('writes the report as JSON, Markdown and HTML', async () => {
  const [json, markdown, html] = ['r.json', 'r.md', 'r.html'].map((name) => join(folder, name))
  const files = ['--json', json!, '--markdown', markdown!, '--html', html!]
  expect(await runCli([fixture('only.mjs'), '--case', 'ops/add/float32', '--seed', '1', ...files])).toBe(0)
  const report = JSON.parse(readFileSync(json!, 'utf8'))
  expect(report).toMatchObject({ accelerator: 'reference', seed: 1, environment: expect.stringMatching(/^Node /) })
  expect(report.cases).toContainEqual(expect.objectContaining({ id: caseOfAdd, status: 'pass' }))
  expect(readFileSync(markdown!, 'utf8')).toContain('| add | f32 ✓ |')
  expect(readFileSync(html!, 'utf8')).toContain('<!doctype html>')
})

describe('--resume', () => {
  test('takes over what has passed, with its seed, and runs the rest', async () => {
    const json = join(folder, 'r.json')
    await runCli([module, '--case', caseOfAdd, '--seed', '5', '--json', json])
    const before = JSON.parse(readFileSync(json, 'utf8'))
    const marked = { ...before, cases: [{ ...before.cases[0], ms: 123_456 }] }
    writeFileSync(json, JSON.stringify(marked))
    expect(await runCli([module, '--case', 'ops/add/float32', '--resume', '--json', json])).toBe(0)
    const after = JSON.parse(readFileSync(json, 'utf8'))
    expect(after.seed).toBe(5)
    expect(after.cases.length).toBeGreaterThan(1)
    expect(after.cases[0]).toMatchObject({ id: caseOfAdd, ms: 123_456 })
  })

  test('refuses the report of another run', async () => {
    const json = join(folder, 'r.json')
    await runCli([module, '--case', caseOfAdd, '--seed', '5', '--json', json])
    await expect(runCli([module, '--seed', '6', '--resume', '--json', json])).rejects.toThrow('is of another run')
    await expect(runCli([module, '--resume'])).rejects.toThrow('--resume needs the report of --json')
  })
})

test('known failures come from a file', async () => {
  const file = join(folder, 'known.json')
  const known = { id: caseOfAdd, error: 'add: wrong result', reason: 'a test', link: 'https://example.org' }
  writeFileSync(file, JSON.stringify([known]))
  const wrong = `${fixture('accelerators.mjs')}#wrong`
  expect(await runCli([wrong, '--case', caseOfAdd, '--known-failures', file])).toBe(0)
})

test('--list prints the ids', async () => {
  expect(await runCli([module, '--list'])).toBe(0)
  expect(printed).toContain(caseOfAdd)
})

test.each([
  [[], 'takes one module, got 0'],
  [['a', 'b'], 'takes one module, got 2'],
  [[module, '--sed', '3'], "Unknown option '--sed'"],
  [[module, '--seed', 'x'], '--seed is a number ≥ 0, got "x"'],
  [[module, '--profile', 'int8'], 'no such profile, got int8'],
  [[fixture('accelerators.mjs')], 'write '],
  [[`${fixture('accelerators.mjs')}#fast`], 'with one of good, wrong'],
  [['./no-such-module.js'], 'cannot load ./no-such-module.js'],
])('%j is refused', async (args, message) => {
  await expect(runCli(args)).rejects.toThrow(message)
})
