import { readdirSync, readFileSync } from 'node:fs'
import * as graph from '@voltaic/core/graph'
import { describe, expect, test } from 'vitest'
import { compositeCases } from '../../src/cases/ops/composites/composites.ts'
import { primitiveCases } from '../../src/cases/ops/primitives.ts'
import { conformanceCases } from '../../src/suite/cases.ts'
import { profilesOf } from '../../src/suite/profiles.ts'

const cases = conformanceCases()
const ids = new Set(cases.map(({ id }) => id))

const exported: readonly unknown[] = Object.values(graph)

function isComposite(value: unknown): value is { readonly name: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'composite'
}

const composites = exported.filter(isComposite)

test('every primitive of core has cases, and no other does', () => {
  expect(Object.keys(primitiveCases).sort()).toEqual([...graph.primitiveNames].sort())
})

test('every composite of core has cases, and no other does', () => {
  expect(Object.keys(compositeCases).sort()).toEqual(composites.map(({ name }) => name).sort())
})

test('every composite of core is one that authors of backends can name', () => {
  const folder = new URL('../../../core/src/graph/composites/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const defined = files.flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    return [...text.matchAll(/define(?:Composite|Update)\(\{\s+name: '(\w+)'/g)].map(([, name]) => name!)
  })
  expect(defined.length).toBeGreaterThan(40)
  expect(composites.map(({ name }) => name)).toEqual(expect.arrayContaining(defined))
})

describe('for each op that has cases', () => {
  const tables = { ...primitiveCases, ...compositeCases }

  test.each(Object.keys(tables))('%s is checked by literal numbers, drawn numbers and views', (op) => {
    const own = [...ids].filter((id) => id.startsWith(`ops/${op}/`))
    for (const kind of ['values', 'random', 'views'])
      expect(
        own.some((id) => id.endsWith(`/${kind}`)),
        kind,
      ).toBe(true)
  })
})

test('ids are unique', () => {
  expect(ids.size).toBe(cases.length)
})

test('all layers and all profiles have cases', () => {
  expect([...new Set(cases.map(({ layer }) => layer))].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  const names = new Set(cases.map(({ requires }) => profilesOf(requires).at(-1)))
  expect([...names].sort()).toEqual(['core-f32', 'double', 'mixed-bf16', 'mixed-f16', 'true-half'])
})
