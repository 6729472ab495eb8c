import { reference } from '@voltaic/core'
import { expect, test } from 'vitest'
import { claimedProfiles, profilesOf } from '../../src/suite/profiles.ts'
import { lacking } from './altered.ts'

test.each([
  [{}, ['core-f32']],
  [{ dtypes: ['float32', 'int32'] }, ['core-f32']],
  [{ ops: [['matmul', 'float16']] }, ['mixed-f16']],
  [
    {
      ops: [
        ['cast', 'float32'],
        ['relu', 'bfloat16'],
      ],
    },
    ['core-f32', 'mixed-bf16'],
  ],
  [{ ops: [['sort', 'float16']], dtypes: ['float16'] }, ['mixed-f16', 'true-half']],
  [{ dtypes: ['float16', 'bfloat16'] }, ['mixed-f16', 'mixed-bf16']],
  [{ ops: [['conv', 'float64']] }, ['double']],
] as const)('what needs %j belongs to %j', (requires, expected) => {
  expect(profilesOf(requires)).toEqual(expected)
})

test('the reference claims every profile', () => {
  expect(claimedProfiles(reference().capabilities)).toHaveLength(5)
})

test('without a matrix product no profile is claimed', () => {
  expect(claimedProfiles(lacking((op) => op === 'matmul').capabilities)).toEqual([])
})

test('mixed precision is claimed by a matrix product, true half precision by what only that needs', () => {
  const halves = (op: string, dtype: string) => dtype === 'float64' || (dtype.endsWith('float16') && op !== 'matmul')
  expect(claimedProfiles(lacking(halves).capabilities)).toEqual(['core-f32', 'mixed-f16', 'mixed-bf16'])
})
