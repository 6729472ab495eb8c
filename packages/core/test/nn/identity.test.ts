import { expect, test } from 'vitest'
import { Identity } from '../../src/nn/identity.ts'
import { zeros } from '../../src/tensor/creation.ts'

test('Identity gives back its input', () => {
  const x = zeros([2])
  expect(new Identity().forward(x)).toBe(x)
})
