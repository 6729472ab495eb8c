import { expect, test } from 'vitest'
import type { Program } from '../../src/program/program.ts'
import { ProgramBuilder } from '../../src/program/program-builder.ts'
import { StrictBinding } from '../support/strict-binding.ts'

const binding = new StrictBinding()
const vector = { dtype: 'float', shape: [4] } as const

const namesOf = (steps: Program['steps']) => steps.map((step) => (step.kind === 'op' ? step.name : 'host'))

function builderOf(inputCount: number) {
  const builder = new ProgramBuilder(binding, inputCount)
  return { builder, inputs: Array.from({ length: inputCount }, (_, i) => builder.input(i, vector)) }
}

test('equal calls are made once, and calls that nothing depends on are not made', () => {
  const { builder, inputs } = builderOf(1)
  const [once, twice] = [builder.op('Exp', inputs), builder.op('Exp', inputs)]
  builder.op('Log', inputs)
  const program = builder.build({ outputs: [builder.op('AddV2', [once, twice])], donated: [] })
  expect(namesOf(program.steps)).toEqual(['Exp', 'AddV2'])
})

test('what depends on constants alone is made once, in the prologue', () => {
  const { builder, inputs } = builderOf(1)
  const two = builder.constant(Float32Array.of(2), 'float', [])
  const four = builder.op('Mul', [two, two])
  const program = builder.build({ outputs: [builder.op('Mul', [inputs[0]!, four])], donated: [] })
  expect([namesOf(program.prologue), namesOf(program.steps)]).toEqual([['host', 'Mul'], ['Mul']])
  expect(program.constants).toEqual([four.slot])
  expect(program.prologue[1]!.frees).toEqual([two.slot])
})

test('0 and −0 are two constants', () => {
  const { builder } = builderOf(0)
  const slots = [0, -0, 0].map((x) => builder.constant(Float32Array.of(x), 'float', []).slot)
  expect(slots[1]).not.toBe(slots[0])
  expect(slots[2]).toBe(slots[0])
})

test('a slot is freed behind its last reader, and those of inputs never', () => {
  const { builder, inputs } = builderOf(1)
  const [a, b] = [builder.op('Exp', inputs), builder.op('Log', inputs)]
  const sum = builder.op('AddV2', [a, b])
  const program = builder.build({ outputs: [builder.op('Mul', [sum, a])], donated: [0] })
  expect(program.steps.map(({ frees }) => frees)).toEqual([
    [],
    [],
    [b.slot],
    expect.arrayContaining([sum.slot, a.slot]),
  ])
})

test('a result that is an input, a constant or another result is copied', () => {
  const { builder, inputs } = builderOf(1)
  const constant = builder.constant(Float32Array.of(1), 'float', [])
  const y = builder.op('Neg', inputs)
  const program = builder.build({ outputs: [inputs[0]!, constant, y, y], donated: [] })
  expect(namesOf(program.steps)).toEqual(['Neg', 'Identity', 'Identity', 'Identity'])
  expect(new Set(program.outputs).size).toBe(4)
})

const adam = { name: 'ResourceApplyAdam', attributes: { T: 'float', use_locking: false, use_nesterov: false } }

/** An update of inputs 0 to 2 with input 3 as the gradient. */
function updated(builder: ProgramBuilder, inputs: ReturnType<typeof builderOf>['inputs']) {
  const nothing = builder.constant(Float32Array.of(0), 'float', [])
  const scalars = new Array(6).fill(nothing)
  return builder.update({ ...adam, nothing }, inputs.slice(0, 3), [...scalars, inputs[3]!])
}

test('an update of donated inputs is made where they lie, behind all else', () => {
  const { builder, inputs } = builderOf(4)
  const values = updated(builder, inputs)
  const other = builder.op('Exp', [inputs[0]!])
  const program = builder.build({ outputs: [...values, other], donated: [0, 1, 2] })
  expect(namesOf(program.steps)).toEqual(['Exp', 'ResourceApplyAdam'])
  expect(program.firstUpdate).toBe(1)
  expect(program.residents.map(({ input, isRead }) => [input, isRead])).toEqual([
    [0, true],
    [1, false],
    [2, false],
  ])
  expect([namesOf(program.release), namesOf(program.epilogue)]).toEqual([[], []])
})

test('an update of inputs that stay lends them to variables', () => {
  const { builder, inputs } = builderOf(4)
  const values = updated(builder, inputs)
  const program = builder.build({ outputs: values, donated: [] })
  const [assign, apply, read] = ['AssignVariableOp', 'ResourceApplyAdam', 'ReadVariableOp']
  expect(namesOf(program.steps)).toEqual([assign, assign, assign, apply, read, read, read])
  expect(program.residents).toEqual([])
  expect(namesOf(program.release)).toEqual([assign, assign, assign])
  expect(namesOf(program.epilogue)).toEqual(new Array(3).fill('DestroyResourceOp'))
})

test('what reads an updated value comes behind the update', () => {
  const { builder, inputs } = builderOf(4)
  const values = updated(builder, inputs)
  const program = builder.build({ outputs: [...values, builder.op('Neg', [values[0]!])], donated: [0, 1, 2] })
  expect(namesOf(program.steps).at(-1)).toBe('Neg')
  expect([program.firstUpdate, program.residents]).toEqual([program.steps.length, []])
})
