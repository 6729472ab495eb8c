import { Parameter, reference, type Tensor, tensor, useAccelerator } from '@voltaic/core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { expectWithin } from '../../core/test/support/close.ts'
import { everyOptimizer, type OptimizerCase } from '../../core/test/support/every-optimizer.ts'
import { expectRecordedSteps, recordedRuns } from '../../core/test/support/recorded-optimizers.ts'
import { formatPlan } from '../src/index.ts'
import { device } from './support/against-reference.ts'

const compile = vi.spyOn(device, 'compile')

beforeAll(() => useAccelerator(device))
afterAll(() => useAccelerator(reference()))

function optimizerNamed(wanted: string): OptimizerCase {
  return everyOptimizer.find(({ name }) => name === wanted)!
}

async function flat(x: Tensor): Promise<number[]> {
  return Array.from(await x.data())
}

// Numbers of PyTorch 1.13.1.
test.for(recordedRuns)('$optimizer $options takes the recorded steps in float32', async (run) => {
  await expectRecordedSteps(run, 'float32')
})

const shapes = [
  [7, 5],
  [4, 6],
]

/** The plan of the second step of two matrices: the update alone, with all of its state. */
async function planOfUpdate({ Class, options }: OptimizerCase): Promise<string> {
  const params = shapes.map((shape) => new Parameter(wave(shape, 0)))
  const optimizer = new Class(params, options)
  for (const k of [1, 2]) {
    for (const parameter of params) parameter.grad = wave(parameter.shape, k)
    await optimizer.step()
  }
  return formatPlan(compile.mock.lastCall![0])
}

function wave(shape: readonly number[], k: number): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1 + 2.3 * k + 1.7 * i) + 0.2),
    { shape },
  )
}

/** Index spaces of the calls of a plan, without those of single numbers. */
function passesOf(plan: string): string[] {
  return [...plan.matchAll(/ over (\[\d.*?\])(?: \(× (\d+)\))?/g)].flatMap(([, shape, count]) =>
    new Array<string>(Number(count ?? 1)).fill(shape!),
  )
}

const elementwise = everyOptimizer.filter(({ name }) => name !== 'Adafactor' && name !== 'Muon')

test.for(elementwise)('$name updates a parameter in one pass', async (entry) => {
  const plan = await planOfUpdate(entry)
  expect(plan).toMatch(/^wasm: /)
  expect(plan).not.toMatch(/session/)
  expect(passesOf(plan)).toEqual(['[7, 5]', '[4, 6]'])
})

test('Adafactor takes a pass for each mean that the next needs', async () => {
  const plan = await planOfUpdate(optimizerNamed('Adafactor'))
  expect(plan).toMatchInlineSnapshot(`
    "wasm: 22 calls
      mul sum over [7, 5]
      add pow mul sqrt maximum sqrt div minimum mul over []
      mul sum over [7, 5]
      mul over []
      mul sub mul add sum over [7, 1]
      sum over [7, 5]
      mul sub mul add over [1, 5]
      mul maximum over [1, 1]
      mul over []
      mul div maximum sqrt div mul sum over [7, 5]
      mul sqrt div maximum div over []
      mul sub mul sub over [7, 5]
      mul sum over [4, 6]
      add pow mul sqrt maximum sqrt div minimum mul over []
      mul sum over [4, 6]
      mul sub mul add sum over [4, 1]
      sum over [4, 6]
      mul sub mul add over [1, 6]
      mul maximum over [1, 1]
      mul div maximum sqrt div mul sum over [4, 6]
      mul sqrt div maximum div over []
      mul sub mul sub over [4, 6]
    8 outputs, 0 written over donated inputs; 512 B scratch"
  `)
})

test('the iterations of Muon are a session between two passes', async () => {
  const plan = await planOfUpdate(optimizerNamed('Muon'))
  expect(plan.split('\n').filter((line) => !line.startsWith('  '))).toMatchInlineSnapshot(`
    [
      "wasm: 6 calls",
      "session: 78 nodes, 10 inputs, 2 outputs (236 B)",
      "wasm: 4 calls",
      "4 outputs, 0 written over donated inputs; 960 B scratch",
    ]
  `)
})

test.for(everyOptimizer)('$name gives what it gives on the reference', async ({ Class, options }) => {
  const numbers = async () => {
    const params = shapes.map((shape) => new Parameter(wave(shape, 0)))
    const optimizer = new Class(params, options)
    for (const k of [1, 2, 3, 4]) {
      for (const parameter of params) parameter.grad = wave(parameter.shape, k)
      await optimizer.step()
    }
    return (await Promise.all(params.map(flat))).flat()
  }
  const actual = await numbers()
  await useAccelerator(reference())
  const expected = await numbers()
  await useAccelerator(device)
  expectWithin(actual, expected, 64 * 2 ** -24)
})
