import { expect, test } from 'vitest'
import { textTable } from '../../src/util/text-table.ts'

test('columns are as wide as what is in them', () => {
  const columns = [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }] as const
  expect(
    textTable(columns, [
      ['a', '1', ''],
      ['longer', '1000', 'x'],
    ]).split('\n'),
  ).toEqual(['name       n  note', '------  ----  ----', 'a          1', 'longer  1000  x'])
  expect(textTable(columns, [])).toBe('name  n  note\n----  -  ----')
})
