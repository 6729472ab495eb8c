import { afterEach, describe, expect, test } from 'vitest'
import { enableGrad, noGrad } from '../../src/autograd/no-grad.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { mul } from '../../src/graph/build.ts'
import { recording } from '../../src/graph/record.ts'
import { leafOf, tensorOf } from '../support/host-tensors.ts'

const x = leafOf(tensorOf([2]), { requiresGrad: true })
const isRecorded = () => mul(x, x).requiresGrad

afterEach(() => {
  expect(recording.gradEnabled).toBe(true)
})

describe('noGrad', () => {
  test('gives what its function returns, which requires no gradient', () => {
    expect(noGrad(isRecorded)).toBe(false)
    expect(isRecorded()).toBe(true)
  })

  test('and enableGrad nest', () => {
    const seen = noGrad(() => [isRecorded(), enableGrad(() => [isRecorded(), noGrad(isRecorded)]), isRecorded()])
    expect(seen).toEqual([false, [true, false], false])
  })

  test('is over after a throw', () => {
    expect(() =>
      noGrad(() => {
        throw new Error('mine')
      }),
    ).toThrow('mine')
    expect(isRecorded()).toBe(true)
  })

  test.each([
    ['noGrad', noGrad],
    ['enableGrad', enableGrad],
  ] as const)('%s refuses a promise, and swallows how it ends', async (who, mode) => {
    expect(() => mode(async () => Promise.reject(new Error('later')))).toThrow(
      new MisconfigurationError(
        `${who}: the function must be synchronous, got one that returns a promise; await outside`,
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 0))
  })
})
