import { UnsupportedError } from '@voltaic/core'
import { formatSpec, type HostTensor, type Value } from '@voltaic/core/graph'
import { type CaseContext, ConformanceFailure, type FailureDetails } from '../suite/case.ts'
import { type Comparison, firstDifference, formatDifference } from './compare.ts'
import { evaluate } from './evaluate.ts'
import { numbersOf } from './numbers.ts'
import type { HostStorage } from './operands.ts'
import { reproduce } from './reproduce.ts'
import { termsOf } from './terms.ts'

/** What is computed, and the numbers that must come out. */
export interface Expectation {
  readonly output: Value
  readonly expected: ArrayLike<number>
  readonly comparison: Comparison
}

/**
 * Expects literal numbers. All is computed in one graph, because compiling takes longer than running.
 *
 * @throws ConformanceFailure with the least that still fails
 */
export async function expectNumbers(context: CaseContext, expectations: readonly Expectation[]): Promise<void> {
  const { accelerator } = context
  const results = await evaluate(
    accelerator,
    expectations.map(({ output }) => output),
  )
  for (const [i, expectation] of expectations.entries()) await expectOne(context, expectation, results[i]!)
}

/**
 * Expects that `outputs` are what the reference makes of them.
 *
 * @throws ConformanceFailure with the least that still fails
 */
export async function expectLikeReference(
  context: CaseContext,
  outputs: readonly Value[],
  comparison: Comparison,
): Promise<void> {
  const expected = await evaluate(context.reference, outputs)
  const expectations = outputs.map((output, i) => {
    return { output, expected: numbersOf(expected[i]!), comparison: { terms: termsOf(output), ...comparison } }
  })
  await expectNumbers(context, expectations)
}

async function expectOne(context: CaseContext, expectation: Expectation, got: HostTensor): Promise<void> {
  const { output, expected } = expectation
  const { numerics } = context.accelerator.capabilities
  const comparison = { ...expectation.comparison, numerics }
  const { spec } = output
  if (got.data.length !== spec.size || expected.length !== spec.size) {
    throw new ConformanceFailure(
      `${output.node.op.name}: ${formatSpec(spec)} has ${spec.size} elements, got ${got.data.length}`,
      {
        ...detailsOf(context, output),
        expected: spec.size,
        got: got.data.length,
      },
    )
  }
  const difference = firstDifference(got, expected, comparison)
  if (difference === null) return
  const least = await reproduce(context, { ...expectation, comparison }, difference)
  const where = formatDifference(least.got, least.difference)
  throw new ConformanceFailure(`${least.output.node.op.name}: wrong result ${where}`, {
    ...detailsOf(context, least.output),
    expected: least.difference.expected,
    got: least.difference.got,
    firstDifference: where,
  })
}

const fewNumbers = 16

/** What a failure of `output` is about. */
export function detailsOf({ seed }: Pick<CaseContext, 'seed'>, { node, spec }: Value): FailureDetails {
  const { inputs } = node
  const leaves = inputs.map(({ storage }) => (storage as Partial<HostStorage> | null)?.tensor)
  const numbers = leaves.map((tensor) => tensor && tensor.data.length <= fewNumbers && [...numbersOf(tensor)])
  return {
    op: node.op.name,
    shapes: inputs.map((input) => formatSpec(input.spec)),
    dtype: (inputs[0] ?? { spec }).spec.dtype,
    seed,
    ...(inputs.length > 0 && numbers.every((list) => Array.isArray(list)) ? { inputs: numbers } : {}),
  }
}

/** What is needed of `error` to count as the one that is expected. */
export interface ExpectedError {
  /** Its name, or what it may be named. */
  readonly name: string | readonly string[]
  /** What its message has to name. */
  readonly names?: string
}

/** Expects that `run` rejects or throws. @throws ConformanceFailure when it does neither, or with another error */
export async function expectError(
  what: string,
  run: () => unknown,
  { name, names = '' }: ExpectedError,
): Promise<void> {
  let error: unknown
  try {
    await run()
  } catch (caught) {
    error = caught
  }
  const allowed = [name].flat()
  const isExpected = error instanceof Error && allowed.includes(error.name) && error.message.includes(names)
  if (isExpected) return
  const got = error instanceof Error ? `${error.name}: ${error.message}` : 'no error'
  const expected = allowed.join(' or ') + (names === '' ? '' : ` whose message names ${names}`)
  throw new ConformanceFailure(`${what}: expected ${expected}, got ${got}`, { expected, got })
}

/** The name of the error by which an accelerator refuses what it does not declare. */
export const unsupportedErrorName: string = UnsupportedError.name

/** @throws ConformanceFailure unless `holds` */
export function check(holds: boolean, message: string, details: FailureDetails = {}): void {
  if (!holds) throw new ConformanceFailure(message, details)
}

/** @throws ConformanceFailure unless both are equal */
export function expectEqual(what: string, got: unknown, expected: unknown): void {
  if (Object.is(got, expected)) return
  throw new ConformanceFailure(`${what}: expected ${String(expected)}, got ${String(got)}`, { expected, got })
}
