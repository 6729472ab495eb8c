import type { DeviceBuffer, Executable } from '@voltaic/core'
import {
  add,
  broadcastTo,
  buildGraph,
  capture,
  dtypes,
  isFloat,
  neg,
  packScalars,
  reshape,
  scalarValue,
  specOf,
  sum,
  type Value,
} from '@voltaic/core/graph'
import { recordedGraph } from '../../check/evaluate.ts'
import { expectEqual } from '../../check/expect.ts'
import { decode, rounded } from '../../check/numbers.ts'
import { leaf } from '../../check/operands.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'

const triple = specOf('float32', [3])
const noScalars = new ArrayBuffer(0)

/** How graphs take their inputs and scalars, and what they give. */
export function runningCases(): ConformanceCase[] {
  const cases: Readonly<Record<string, ConformanceCase['run']>> = {
    'same-buffer-twice': sameBufferTwice,
    'unused-input': unusedInput,
    'output-of-its-own': outputOfItsOwn,
    'several-outputs': severalOutputs,
    'same-executable-again': sameExecutableAgain,
  }
  const requires = requirementsOf([add(leaf([0]), neg(leaf([0]))), sum(reshape(leaf([0]), [1, 1]), [0])])
  return [
    ...Object.entries(cases).map(([name, run]): ConformanceCase => {
      return { id: `graphs/running/${name}`, layer: 2, requires, run }
    }),
    ...dtypes.map((dtype): ConformanceCase => {
      const id = `graphs/scalars/${dtype}`
      const run = (context: CaseContext) => takesScalars(context, [dtype, 'uint8', dtype])
      return { id, layer: 2, requires: requirementsOf(spread([dtype, 'uint8'])), run }
    }),
  ]
}

async function compiled(
  { accelerator }: CaseContext,
  outputs: readonly Value[],
  leaves: readonly Value[],
): Promise<Executable> {
  return accelerator.compile(buildGraph(capture(outputs, { leaves })).graph)
}

async function expectNumbersIn(
  { accelerator }: CaseContext,
  what: string,
  buffer: DeviceBuffer,
  expected: string,
): Promise<void> {
  const [data] = await accelerator.download([buffer])
  expectEqual(what, [...data!].join(), expected)
}

async function sameBufferTwice(context: CaseContext): Promise<void> {
  const [a, b] = [leaf([0, 0, 0]), leaf([0, 0, 0])]
  const executable = await compiled(context, [add(a, b)], [a, b])
  const buffer = context.accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const [result] = await executable.run([buffer, buffer], noScalars)
  await expectNumbersIn(context, 'x + x', result!, '2,4,6')
  await expectNumbersIn(context, 'x after x + x', buffer, '1,2,3')
  for (const one of [buffer, result!, executable]) one.dispose()
}

async function unusedInput(context: CaseContext): Promise<void> {
  const [a, b] = [leaf([0, 0, 0]), leaf([0, 0])]
  const executable = await compiled(context, [neg(a)], [b, a])
  const buffers = [
    context.accelerator.upload(new Float32Array(2), specOf('float32', [2])),
    context.accelerator.upload(Float32Array.of(1, 2, 3), triple),
  ]
  const [result] = await executable.run(buffers, noScalars)
  await expectNumbersIn(context, '−x beside an input that nothing reads', result!, '-1,-2,-3')
  for (const one of [...buffers, result!, executable]) one.dispose()
}

async function outputOfItsOwn(context: CaseContext): Promise<void> {
  const { accelerator } = context
  const a = leaf([0, 0, 0])
  const executable = await compiled(context, [reshape(a, [1, 3])], [a])
  const buffer = accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const [result] = await executable.run([buffer], noScalars)
  expectEqual('spec of a reshaped output', result!.spec, specOf('float32', [1, 3]))
  buffer.dispose()
  const other = accelerator.upload(Float32Array.of(7, 8, 9), triple)
  await expectNumbersIn(context, 'a reshaped output whose input was disposed of', result!, '1,2,3')
  for (const one of [other, result!, executable]) one.dispose()
}

async function severalOutputs(context: CaseContext): Promise<void> {
  const a = leaf([0, 0, 0])
  const negated = neg(a)
  const outputs = [sum(add(negated, a), [0]), negated, add(negated, negated)]
  const executable = await compiled(context, outputs, [a])
  expectEqual('outputs that an executable names', executable.outputs.length, 3)
  const buffer = context.accelerator.upload(Float32Array.of(1, 2, 3), triple)
  const results = await executable.run([buffer], noScalars)
  for (const [i, expected] of ['0', '-1,-2,-3', '-2,-4,-6'].entries()) {
    expectEqual(`spec of output ${i}`, results[i]!.spec, executable.outputs[i])
    await expectNumbersIn(context, `output ${i}`, results[i]!, expected)
  }
  for (const one of [buffer, ...results, executable]) one.dispose()
}

/** What a run leaves behind (scratch memory, accumulators) must not show in the next one. */
async function sameExecutableAgain(context: CaseContext): Promise<void> {
  const a = leaf([0, 0, 0])
  const executable = await compiled(context, [sum(add(a, a), [0])], [a])
  const inputs = Array.from({ length: 20 }, (_, i) => context.accelerator.upload(Float32Array.of(i, 1, -i), triple))
  const results: DeviceBuffer[] = []
  // None waits for the one before it.
  const runs = inputs.map((input) => executable.run([input], noScalars))
  for (const run of runs) results.push(...(await run))
  for (const result of results) await expectNumbersIn(context, 'a sum that is run again', result, '2')
  for (const one of [...inputs, ...results, executable]) one.dispose()
}

type Scalars = readonly Value['spec']['dtype'][]

function spread(scalars: Scalars): Value[] {
  return scalars.map((dtype) => broadcastTo(scalarValue(0, dtype), [3]))
}

/** Runtime scalars, each at its own place in the block, which is read before the call returns. */
async function takesScalars({ accelerator }: CaseContext, scalars: Scalars): Promise<void> {
  const { graph, positions } = recordedGraph(spread(scalars), new Set()).built
  const executable = await accelerator.compile(graph)
  for (const round of [0, 1, 2]) {
    const numbers = scalars.map((dtype, i) => numberFor(dtype, i + round))
    const block = packScalars(graph, numbers)
    const running = executable.run([], block)
    new Uint8Array(block).fill(0xff)
    const results = await running
    const arrays = await accelerator.download(results)
    for (const [i, dtype] of scalars.entries()) {
      const got = decode(dtype, arrays[positions[i]!]!)
      const expected = new Array<number>(3).fill(rounded(dtype, numbers[i]!))
      expectEqual(`scalar ${i} of ${scalars.join(', ')} in run ${round}`, got.join(), expected.join())
    }
    for (const result of results) result.dispose()
  }
  executable.dispose()
}

function numberFor(dtype: Scalars[number], n: number): number {
  if (dtype === 'bool') return n % 2
  return isFloat(dtype) ? n + 0.1 : n + 1
}
