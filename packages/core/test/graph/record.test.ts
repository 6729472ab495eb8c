import { afterEach, describe, expect, test } from 'vitest'
import { stopGradient } from '../../src/graph/alias.ts'
import * as ops from '../../src/graph/build.ts'
import { inputValue, recording, withoutRecordingState } from '../../src/graph/record.ts'
import { specOf } from '../../src/graph/spec.ts'

const spec = specOf('float32', [2, 3])
const constant = () => inputValue({ spec })
const parameter = () => inputValue({ spec }, { requiresGrad: true, transient: true })

afterEach(() => {
  Object.assign(recording, { gradEnabled: true, tape: null, captureOrigins: false })
})

describe('requiresGrad', () => {
  test('spreads from any input to every float output', () => {
    expect(ops.add(constant(), parameter()).requiresGrad).toBe(true)
    expect(ops.add(constant(), constant()).requiresGrad).toBe(false)
    expect(ops.sort(parameter(), 0, true).map((output) => output.requiresGrad)).toEqual([true, false])
    expect(ops.argmax(parameter(), 0).requiresGrad).toBe(false)
    expect(ops.less(parameter(), constant()).requiresGrad).toBe(false)
  })

  test('ends where no gradient flows', () => {
    const x = parameter()
    expect(stopGradient(x).requiresGrad).toBe(false)
    expect(recording.gradEnabled).toBe(true)
    recording.gradEnabled = false
    expect(ops.neg(x).requiresGrad).toBe(false)
    expect(x.requiresGrad).toBe(true)
  })
})

test('what depends on a transient leaf is transient; what is computed is on the tape, in order', () => {
  recording.tape = []
  const [x, mask] = [parameter(), constant()]
  const kept = ops.neg(mask)
  const [a, b] = [ops.neg(x), ops.add(x, mask)]
  expect([kept, a, b].map(({ node }) => node.transient)).toEqual([false, true, true])
  expect(recording.tape).toHaveLength(3)
  expect(recording.tape.every((node, i) => node === [kept, a, b][i]!.node)).toBe(true)
})

test('the line is captured only while origins are', () => {
  expect(ops.neg(constant()).node.origin).toBeUndefined()
  recording.captureOrigins = true
  expect(ops.neg(constant()).node.origin).toContain('record.test.ts')
})

test('withoutRecordingState rests, and restores also after a throw', () => {
  const tape = (recording.tape = [])
  const seen = withoutRecordingState(() => ({ ...recording }))
  expect(seen).toMatchObject({ gradEnabled: false, tape: null, captureOrigins: false })
  expect(() =>
    withoutRecordingState(() => {
      throw new Error('inside')
    }),
  ).toThrow('inside')
  expect(recording).toMatchObject({ gradEnabled: true, captureOrigins: false })
  expect(recording.tape).toBe(tape)
})

describe('builders record nothing where nothing happens', () => {
  const x = constant()
  test.each([
    ['a cast to its own dtype', () => ops.cast(x, 'float32')],
    ['a reduction of no axes', () => ops.sum(x, [])],
    ['a reshape to its own shape', () => ops.reshape(x, [2, 3])],
    ['the identity permutation', () => ops.permute(x, [0, 1])],
    ['a broadcast to its own shape', () => ops.broadcastTo(x, [2, 3])],
    ['a sum to its own shape', () => ops.sumTo(x, [2, 3])],
    ['a whole slice', () => ops.slice(x, [0, 0], [2, 3])],
    [
      'no padding',
      () =>
        ops.pad(x, [
          [0, 0],
          [0, 0],
        ]),
    ],
    ['a single part', () => ops.concat([x], 1)],
    ['a flip of no axes', () => ops.flip(x, [])],
  ])('%s', (_name, record) => {
    expect(record()).toBe(x)
  })
})

test.each([
  { from: [4, 2, 3], to: [2, 3] },
  { from: [4, 2, 3], to: [2, 1] },
  { from: [4, 2, 3], to: [1, 1, 3] },
  { from: [2, 3], to: [] },
  { from: [2, 1], to: [1] },
])('sumTo undoes the broadcast of $to to $from', ({ from, to }) => {
  expect(ops.sumTo(inputValue({ spec: specOf('float32', from) }), to).spec).toBe(specOf('float32', to))
})
