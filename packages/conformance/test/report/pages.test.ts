import { expect, test } from 'vitest'
import { formatHtml } from '../../src/report/html.ts'
import { formatMarkdown } from '../../src/report/markdown.ts'
import { matrixOf } from '../../src/report/matrix.ts'
import type { CaseResult, CaseStatus } from '../../src/suite/case.ts'
import type { Report } from '../../src/suite/report.ts'

function result(id: string, status: CaseStatus, reason = '', profile = 'core-f32'): CaseResult {
  return { id, layer: 2, profile, status, reason, ms: 1 }
}

function report(accelerator: string, cases: readonly CaseResult[]): Report {
  return {
    accelerator,
    device: `${accelerator} <device>`,
    environment: 'Node 20',
    suiteVersion: '1.0.0',
    seed: 7,
    date: '2026-11-22T10:00:00.000Z',
    profiles: ['core-f32'],
    emulated: [],
    cases,
  }
}

const good = report('one', [
  result('ops/add/float32/values', 'pass'),
  result('ops/add/float32/random', 'pass'),
  result('ops/add/float64/values', 'unsupported', 'not declared: float64', 'double'),
  result('ops/undeclared/float16', 'pass'),
  result('lifecycle/re-entry', 'pass'),
])
const bad = report('two', [
  result('ops/add/float32/values', 'pass'),
  result('ops/add/float32/random', 'fail', 'add: wrong | result <b>\n  op: add()'),
  result('gradients/mul/float32', 'unavailable', 'no GPU'),
])

test('a cell is the worst of its cases that ran', () => {
  const matrix = matrixOf(bad)
  expect(matrix.get('add')!.get('float32')).toEqual({
    status: 'fail',
    reason: 'ops/add/float32/random: add: wrong | result <b>\n  op: add()',
    cases: 2,
  })
  expect([...matrixOf(good).keys()]).toEqual(['add'])
  expect(matrixOf(good).get('add')!.get('float64')!.status).toBe('unsupported')
})

test('a case that is not declared does not hide those that pass', () => {
  const cases = [result('ops/exp/float32/subnormal', 'unsupported', 'no'), result('ops/exp/float32/values', 'pass')]
  expect(matrixOf({ cases }).get('exp')!.get('float32')!.status).toBe('pass')
})

test('a page of Markdown has profiles, ops and failures, with commit and date', () => {
  const page = formatMarkdown([good, bad], { commit: 'abc1234', command: 'pnpm conformance:full' })
  expect(page).toContain('at commit abc1234, 2026-11-22; `pnpm conformance:full` makes it again')
  expect(page).toContain(
    '| core-f32 | training in float32 | 4 of 4 pass | 1 of 3 pass, **1 fail**, 1 without a device |',
  )
  expect(page).toContain('| add | f32 ✓ f64 · | f32 ✗ |')
  expect(page).toContain('| mul |  | f32 ? |')
  expect(page).toContain('- two: `ops/add/float32/random`: add: wrong | result &lt;b>')
})

test('what passes by emulation is marked so', () => {
  const emulating = { ...good, emulated: ['float32' as const] }
  expect(formatMarkdown([emulating])).toContain('| add | f32 (✓) f64 · |')
  expect(formatHtml([emulating])).toContain('class="cell emulated" title="2 cases pass, emulated in a wider dtype"')
})

test('a page of HTML colours cells, shows reasons, and escapes them', () => {
  const page = formatHtml([good, bad], { commit: 'abc1234' })
  expect(page).toContain('commit abc1234, 2026-11-22')
  expect(page).toContain('class="cell fail" title="ops/add/float32/random: add: wrong | result &lt;b&gt;')
  expect(page).toContain('class="cell pass" title="2 cases pass"')
  expect(page).not.toContain('<b>')
})
