import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { AwaitedPromises } from '../../src/strategy/awaited.ts'

const tick = () => new Promise((resolve) => setTimeout(resolve, 1))

test('an awaited promise gives its value or its error, and the check passes', async () => {
  const promises = new AwaitedPromises()
  expect(await promises.hand('call()', async () => 42)).toBe(42)
  const failing = promises.hand('call()', async () => {
    throw new Error('inside')
  })
  await expect(failing).rejects.toThrow('inside')
  await promises.check()
})

test('one that nobody awaited is named, after it has run to its end', async () => {
  const promises = new AwaitedPromises()
  const events: string[] = []
  void promises.hand('first()', async () => {
    await tick()
    events.push('done')
  })
  await promises.hand('second()', async () => {})
  const check = promises.check()
  await expect(check).rejects.toThrow(MisconfigurationError)
  await expect(check).rejects.toThrow('first(): its promise was not awaited; write "await first()"')
  expect(events).toEqual(['done'])
  await promises.check()
})

test('one that fails while nobody awaits it does not end the process', async () => {
  const promises = new AwaitedPromises()
  void promises.hand('call()', async () => {
    throw new Error('unheard')
  })
  await tick()
  await expect(promises.check()).rejects.toThrow('call(): its promise was not awaited')
})

test('settling waits for all, whatever comes of them', async () => {
  const promises = new AwaitedPromises()
  let isDone = false
  void promises.hand('call()', async () => {
    await tick()
    isDone = true
    throw new Error('unheard')
  })
  await promises.settle()
  expect(isDone).toBe(true)
  await promises.check()
})
