import type { Accelerator, DeviceBuffer } from '@voltaic/core'
import { add, type Graph, literal, mul, neg, sliceAxis, sub, type Value } from '@voltaic/core/graph'
import { expectError } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { opsOn } from '../requires.ts'
import { checkNumbers } from './check-numbers.ts'
import { download, graphOf, input, noScalars, upload } from './graphs.ts'

/** Graphs that are alike but for one thing have executables of their own, at the same time. */
export function executableCases(): ConformanceCase[] {
  const requires = opsOn('float32', ['add', 'literal', 'mul', 'neg', 'slice', 'sub'])
  return Object.entries(pairs).map(([name, pair]) => ({
    id: `faults/executables/differ-in-${name}`,
    layer: 6,
    requires,
    run: (context) => compare(pair, context),
  }))
}

/** The first input of both graphs is 5, 6, 7, 8, the second one 1, 2, 3, 4. */
type Pair = readonly [One, One]

interface One {
  readonly outputs: (x: Value, y: Value) => readonly Value[]
  readonly donatesFirst?: boolean
  readonly expected: readonly (readonly number[])[]
}

const difference: One = { outputs: (x, y) => [sub(x, y)], expected: [[4, 4, 4, 4]] }

const pairs: Readonly<Record<string, Pair>> = {
  'an-attribute': [
    { outputs: (x, y) => [add(sliceAxis(x, 0, 0, 2), sliceAxis(y, 0, 0, 2))], expected: [[6, 8]] },
    { outputs: (x, y) => [add(sliceAxis(x, 0, 2, 4), sliceAxis(y, 0, 0, 2))], expected: [[8, 10]] },
  ],
  'a-literal': [
    { outputs: (x, y) => [add(mul(x, literal(2, 'float32')), y)], expected: [[11, 14, 17, 20]] },
    { outputs: (x, y) => [add(mul(x, literal(3, 'float32')), y)], expected: [[16, 20, 24, 28]] },
  ],
  wiring: [difference, { outputs: (x, y) => [sub(y, x)], expected: [[-4, -4, -4, -4]] }],
  'the-order-of-results': [
    { outputs: (x, y) => [add(x, y), sub(x, y)], expected: [[6, 8, 10, 12], difference.expected[0]!] },
    { outputs: (x, y) => [sub(x, y), add(x, y)], expected: [difference.expected[0]!, [6, 8, 10, 12]] },
  ],
  'an-op': [
    { outputs: (x, y) => [neg(add(x, y))], expected: [[-6, -8, -10, -12]] },
    { outputs: (x, y) => [neg(mul(x, y))], expected: [[-5, -12, -21, -32]] },
  ],
  donation: [difference, { ...difference, donatesFirst: true }],
}

async function compare([first, second]: Pair, { accelerator }: CaseContext): Promise<void> {
  const graphs = [first, second].map(makeGraph)
  const executables = [await accelerator.compile(graphs[0]!), await accelerator.compile(graphs[1]!)]
  try {
    for (const [i, one] of [first, second, first].entries()) {
      const buffers = [upload(accelerator, [5, 6, 7, 8]), upload(accelerator, [1, 2, 3, 4])]
      const results = await executables[i % 2]!.run(buffers, noScalars)
      try {
        for (const [k, numbers] of one.expected.entries()) {
          checkNumbers(
            `run: of the ${i % 2 === 0 ? 'first' : 'second'} of two graphs`,
            await download(accelerator, results[k]!),
            numbers,
          )
        }
        await checkDonation(accelerator, buffers, one, results)
      } finally {
        for (const buffer of [...buffers, ...results]) buffer.dispose()
      }
    }
  } finally {
    for (const executable of executables) executable.dispose()
  }
}

function makeGraph({ outputs, donatesFirst = false }: One): Graph {
  const [x, y] = [input([4]), input([4])]
  return graphOf(outputs(x, y), [x, y], donatesFirst ? [x] : [])
}

async function checkDonation(
  accelerator: Accelerator,
  [x]: readonly DeviceBuffer[],
  { donatesFirst = false }: One,
  results: readonly DeviceBuffer[],
): Promise<void> {
  if (!donatesFirst) checkNumbers('run: an input that is not donated', await download(accelerator, x!), [5, 6, 7, 8])
  else if (!results.includes(x!)) {
    await expectError('download: of a donated buffer', () => accelerator.download([x!]), { name: 'AcceleratorError' })
  }
}
