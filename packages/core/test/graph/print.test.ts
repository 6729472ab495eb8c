import { expect, test } from 'vitest'
import { matmul, mul, sum } from '../../src/graph/build.ts'
import { buildGraph } from '../../src/graph/build-graph.ts'
import { capture } from '../../src/graph/capture.ts'
import { formatGraph } from '../../src/graph/print.ts'
import { inputValue, scalarValue } from '../../src/graph/record.ts'
import { specOf } from '../../src/graph/spec.ts'

test('a graph prints one node a line, with inputs, donations, scalars and attributes', () => {
  const x = inputValue({ spec: specOf('float32', [2, 3]) })
  const w = inputValue({ spec: specOf('float32', [3, 4]) })
  const y = sum(mul(matmul(x, w), scalarValue(2)), [1])
  const { graph } = buildGraph(capture([y], { donates: (leaf) => leaf === w }))
  expect(formatGraph(graph)).toBe(
    [
      'graph(%0: float32[2, 3], %1: float32[3, 4] donated, %2: float32[] scalar)',
      '  %3: float32[2, 4] = matmul(%0, %1) { transposeA: false, transposeB: false }',
      '  %4: float32[2, 4] = mul(%3, %2)',
      '  %5: float32[2] = sum(%4) { axes: [1], keepDims: false }',
      '  return %5',
    ].join('\n'),
  )
})
