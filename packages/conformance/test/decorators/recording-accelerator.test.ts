import { type Accelerator, AcceleratorError, type Availability, reference } from '@voltaic/core'
import { add, neg } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { graphOf, input, noScalars, upload } from '../../src/cases/faults/graphs.ts'
import { decorated } from '../../src/decorators/decorated.ts'
import { formatCall, recordingAccelerator } from '../../src/decorators/recording-accelerator.ts'

test('every call is remembered in its order, with what it was about', async () => {
  const accelerator = recordingAccelerator(reference())
  const x = input([2])
  await accelerator.setup()
  const executable = await accelerator.compile(graphOf([neg(add(x, x))], [x]))
  const buffer = upload(accelerator, [1, 2])
  const [result] = await executable.run([accelerator.copy(buffer)], noScalars)
  const other = await accelerator.compile(graphOf([neg(x)], [x]))
  await accelerator.synchronize()
  const [data] = await accelerator.download([result!])
  executable.dispose()
  await other.run([buffer], noScalars)
  await accelerator.teardown()
  expect([...data!]).toEqual([-2, -4])
  expect(accelerator.calls.map(formatCall)).toEqual([
    'setup',
    'compile #0, 2 node(s)',
    'upload float32[2]',
    'copy float32[2]',
    'run #0',
    'compile #1, 1 node(s)',
    'synchronize',
    'download float32[2]',
    'dispose #0',
    'run #1',
    'teardown',
  ])
})

test('calls that fail are remembered too, and their errors are those of the accelerator', async () => {
  const accelerator = recordingAccelerator(reference())
  expect(() => upload(accelerator, [1])).toThrow(AcceleratorError)
  await expect(accelerator.teardown()).rejects.toThrow('reference: not set up')
  expect(accelerator.calls.map(formatCall)).toEqual(['upload float32[1]', 'teardown'])
})

test('what was forgotten is gone, and executables keep their numbers', async () => {
  const accelerator = recordingAccelerator(reference())
  const x = input([1])
  await accelerator.setup()
  await accelerator.compile(graphOf([neg(x)], [x]))
  accelerator.forget()
  await accelerator.compile(graphOf([neg(x)], [x]))
  expect(accelerator.calls.map(formatCall)).toEqual(['compile #1, 1 node(s)'])
  await accelerator.teardown()
})

/** An accelerator whose methods need their `this`, and whose limits are known once it is open. */
class Opening implements Pick<Accelerator, 'setup' | 'isAvailable'> {
  readonly #device = 'a device'
  maxBufferBytes = 0

  async setup(): Promise<void> {
    this.maxBufferBytes = this.#device.length
  }

  async isAvailable(): Promise<Availability> {
    return { available: true, device: this.#device }
  }

  get capabilities(): Accelerator['capabilities'] {
    return { ...reference().capabilities, limits: { maxBufferBytes: this.maxBufferBytes } }
  }
}

test('a decorator leaves to an accelerator of a class its `this`, and asks for what may change each time', async () => {
  const inner = new Opening() as unknown as Accelerator
  const accelerator = recordingAccelerator(decorated(inner, {}))
  expect(await accelerator.isAvailable()).toEqual({ available: true, device: 'a device' })
  expect(accelerator.capabilities.limits.maxBufferBytes).toBe(0)
  await accelerator.setup()
  expect(accelerator.capabilities.limits.maxBufferBytes).toBe(8)
})
