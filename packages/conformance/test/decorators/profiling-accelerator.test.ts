import { reference } from '@voltaic/core'
import { neg } from '@voltaic/core/graph'
import { expect, test } from 'vitest'
import { graphOf, input, noScalars, upload } from '../../src/cases/faults/graphs.ts'
import { decorated, decoratedExecutable } from '../../src/decorators/decorated.ts'
import { formatProfile, profilingAccelerator } from '../../src/decorators/profiling-accelerator.ts'

const x = input([256])
const graph = graphOf([neg(x)], [x])
const numbers = Array.from({ length: 256 }, (_, i) => i)

test('runs, transfers and their bytes are counted', async () => {
  const accelerator = profilingAccelerator(reference())
  await accelerator.setup()
  const executable = await accelerator.compile(graph)
  const buffer = upload(accelerator, numbers)
  await executable.run([buffer], noScalars)
  const [result] = await executable.run([accelerator.copy(buffer)], noScalars)
  const [data] = await accelerator.download([result!])
  await expect(executable.run([], noScalars)).rejects.toThrow('the graph has 1 input')
  const profile = accelerator.profile()
  await accelerator.teardown()
  expect(data![255]).toBe(-255)
  expect(profile).toMatchObject({
    executables: [{ number: 0, graph, runs: 2 }],
    uploads: { calls: 1, bytes: 1024 },
    downloads: { calls: 1, bytes: 1024 },
    copies: { calls: 1, bytes: 1024 },
  })
  expect(profile.executables[0]!.slowestMs).toBeLessThanOrEqual(profile.executables[0]!.runMs)
})

/** A reference whose device takes `ms` after a run has been enqueued. */
function slow(ms: number) {
  const inner = reference()
  let done = Promise.resolve()
  return decorated(inner, {
    async compile(given) {
      const executable = await inner.compile(given)
      return decoratedExecutable(executable, {
        run(inputs, scalars) {
          done = new Promise((resolve) => setTimeout(resolve, ms))
          return executable.run(inputs, scalars)
        },
      })
    },
    synchronize: () => done,
  })
}

test.for([
  ['is that of the device', { waits: true }, (ms: number) => ms >= 25],
  ['without waiting is that of enqueueing', { waits: false }, (ms: number) => ms < 25],
] as const)('the time of a run %s', async ([, options, isRight]) => {
  const accelerator = profilingAccelerator(slow(30), options)
  await accelerator.setup()
  const executable = await accelerator.compile(graph)
  await executable.run([upload(accelerator, numbers)], noScalars)
  expect(accelerator.profile().executables[0]!.runMs).toSatisfy(isRight)
  await accelerator.teardown()
})

test('a profile as text begins with the executable that took the most time', () => {
  const executable = { graph, compileMs: 1.25, slowestMs: 2 }
  const text = formatProfile({
    executables: [
      { ...executable, number: 0, runs: 1, runMs: 2 },
      { ...executable, number: 1, runs: 4, runMs: 6 },
      { ...executable, number: 2, runs: 0, runMs: 0 },
    ],
    uploads: { calls: 3, bytes: 2 ** 20, ms: 0.5 },
    downloads: { calls: 1, bytes: 0, ms: 0 },
    copies: { calls: 0, bytes: 0, ms: 0 },
  })
  expect(text.split('\n')).toEqual([
    '#1: 1 node(s), compiled in 1.3 ms, 4 run(s), mean 1.50 ms, slowest 2.00 ms',
    '#0: 1 node(s), compiled in 1.3 ms, 1 run(s), mean 2.00 ms, slowest 2.00 ms',
    '#2: 1 node(s), compiled in 1.3 ms, 0 run(s), mean 0.00 ms, slowest 2.00 ms',
    'uploads: 3, 1.00 MiB in 0.5 ms',
    'downloads: 1, 0.00 MiB in 0.0 ms',
    'copies: 0, 0.00 MiB in 0.0 ms',
  ])
})
