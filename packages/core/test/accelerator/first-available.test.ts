import { expect, test } from 'vitest'
import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { firstAvailable } from '../../src/accelerator/first-available.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'

function unavailable(name: string): Accelerator {
  const reason = `${name} is not plugged in`
  return { ...reference(), name, isAvailable: async () => ({ available: false, reason, remedy: 'plug it in' }) }
}

test('the first accelerator that can run is chosen, in the order given', async () => {
  const chosen = reference()
  expect(await firstAvailable([unavailable('gpu'), chosen, reference()])).toBe(chosen)
})

test('when none can run, every reason is named', async () => {
  await expect(firstAvailable([unavailable('a'), unavailable('b')])).rejects.toThrow(
    'firstAvailable: none can run here, got a: a is not plugged in (plug it in); b: b is not plugged in (plug it in)',
  )
  await expect(firstAvailable([])).rejects.toThrow('got an empty list')
})
