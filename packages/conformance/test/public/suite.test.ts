import { conformanceCases, formatHtml, formatMarkdown, passes, runConformance } from '@voltaic/conformance'
import { reference } from '@voltaic/core'
import { expect, test, vi } from 'vitest'

// The first call gathers all cases.
vi.setConfig({ testTimeout: 30_000 })

test('the suite runs in any program, and its report becomes a page', async () => {
  const report = await runConformance(reference, { cases: ['lifecycle', 'ops/add/float32', 'graphs/running'], seed: 7 })
  expect(passes(report)).toBe(true)
  expect(report.cases.length).toBeGreaterThan(20)
  expect(formatMarkdown([report])).toContain('| add | f32 ✓ |')
  expect(formatHtml([report])).toContain('<h1>Compatibility</h1>')
})

test('cases are plain values', () => {
  const cases = conformanceCases()
  expect(cases.length).toBeGreaterThan(3000)
  expect(Object.keys(cases[0]!).sort()).toEqual(['id', 'layer', 'requires', 'run'])
})
