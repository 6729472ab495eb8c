import { type Accelerator, type Capabilities, checkSupported, reference } from '@voltaic/core'
import { buildGraph, capture, expand, type Graph, neg, placeholders, record, replay } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { decorated } from '../../src/decorators/decorated.ts'
import { errorOf } from '../broken/outcome.ts'

/** A reference that takes softmax whole: rightly, or with the sign of its argument lost. */
function declaring({ isWrong }: { readonly isWrong: boolean }, seen: string[] = []): Accelerator {
  const inner = reference()
  const composites = new Set(['softmax'])
  const capabilities: Capabilities = {
    ...inner.capabilities,
    composites,
    supports: (op, dtype) => (composites.has(op) ? 'native' : inner.capabilities.supports(op, dtype)),
  }
  return decorated(inner, {
    capabilities,
    async compile(graph) {
      checkSupported('declaring', capabilities, graph)
      seen.push(...graph.nodes.map(({ op }) => op.name))
      return inner.compile(expanded(isWrong ? withoutSign(graph) : graph))
    },
  })
}

function expanded(graph: Graph): Graph {
  return expand({ graph, positions: [] }, new Set()).graph
}

function withoutSign(graph: Graph): Graph {
  const leaves = placeholders(graph)
  const values = replay(graph, leaves, ({ op, attributes }, inputs) => {
    return record(op, op.name === 'softmax' ? inputs.map(neg) : inputs, attributes as never)
  })
  return buildGraph(
    capture(
      graph.outputs.map((id) => values[id]!),
      { leaves },
    ),
  ).graph
}

const ids = ['values', 'random', 'views'].map((kind) => `ops/softmax/float32/${kind}`)

test.each(ids)('a composite that is declared is handed over whole by %s', async (id) => {
  const seen: string[] = []
  expect(await errorOf(id, () => declaring({ isWrong: false }, seen))).toBeNull()
  expect(seen).toContain('softmax')
  expect(seen).not.toContain('exp')
})

test.each(ids)('a composite that is declared and wrong fails %s', async (id) => {
  expect(await errorOf(id, () => declaring({ isWrong: true }))).toMatchObject({ op: 'softmax' })
})

test('what is not declared stays to be refused', async () => {
  expect(await errorOf('ops/undeclared/composites', () => declaring({ isWrong: false }))).toBeNull()
})
