import type { Instruction } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { halfRegisters } from '../../src/kernels/region/half-registers.ts'

const load: Instruction = { op: 'load', dtype: 'float16', input: 0 }
const cast = (dtype: Instruction['dtype'], arg: number): Instruction => ({ op: 'cast', dtype, args: [arg] })

test('what is loaded and read by nobody is bits', () => {
  expect(halfRegisters([load, { ...load, input: 1 }, cast('float32', 1)]).bits).toEqual(new Set([0]))
})

test('a number that was chosen among those of a half type is one of them', () => {
  const program: Instruction[] = [
    load,
    cast('float32', 0),
    { op: 'literal', dtype: 'float32', value: 0.5 },
    { op: 'maximum', dtype: 'float32', args: [1, 2] },
    cast('float16', 3),
  ]
  expect(halfRegisters(program).unchanged).toEqual(new Set([4]))
})

test('what was computed, or is of another half type, is rounded', () => {
  const program: Instruction[] = [
    load,
    cast('float32', 0),
    { op: 'add', dtype: 'float32', args: [1, 1] },
    cast('float16', 2),
    cast('bfloat16', 1),
    { op: 'literal', dtype: 'float32', value: 0.1 },
    { op: 'minimum', dtype: 'float32', args: [1, 5] },
    cast('float16', 6),
  ]
  expect(halfRegisters(program).unchanged).toEqual(new Set())
})

test('a long chain takes no longer than its length', () => {
  const program: Instruction[] = [load, cast('float32', 0)]
  for (let i = 1; i < 200; i++) program.push({ op: 'maximum', dtype: 'float32', args: [i, i] })
  expect(halfRegisters([...program, cast('float16', 200)]).unchanged).toEqual(new Set([201]))
})
