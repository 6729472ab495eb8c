import { cast, reshape } from '@voltaic/core/graph'
import { evaluate } from '../../check/evaluate.ts'
import { expectNumbers } from '../../check/expect.ts'
import { decode } from '../../check/numbers.ts'
import { leafOf } from '../../check/operands.ts'
import { expectSameBytes } from '../../check/same-bytes.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { requirementsOf } from '../../suite/requirements.ts'

const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i)

type Half = 'float16' | 'bfloat16'

/** All 65 536 patterns of the half types. */
export function halfPatternCases(): ConformanceCase[] {
  return (['float16', 'bfloat16'] as const).flatMap((dtype): ConformanceCase[] => [
    {
      id: `data/all-patterns/${dtype}`,
      layer: 1,
      requires: requirementsOf([reshape(all(dtype), [256, 256])]),
      run: (context) => keepsPatterns(context, dtype),
    },
    {
      id: `data/all-patterns-to-float32/${dtype}`,
      layer: 1,
      requires: { ...requirementsOf([cast(all(dtype), 'float32')]), numerics: { nonFinite: 'ieee' } },
      run: (context) => widens(context, dtype),
    },
    {
      id: `data/all-patterns-from-float32/${dtype}`,
      layer: 1,
      requires: {
        ...requirementsOf([cast(wideLeaf(dtype), dtype)]),
        numerics: { nonFinite: 'ieee', subnormals: 'keep' },
      },
      run: (context) => narrows(context, dtype),
    },
  ])
}

function all(dtype: Half): ReturnType<typeof leafOf> {
  return leafOf({ data: patterns, shape: [patterns.length], dtype })
}

/** Every number of `dtype`, and what lies a quarter, a half and three quarters of the way to the next one. */
function wideLeaf(dtype: Half): ReturnType<typeof leafOf> {
  const numbers = decode(dtype, patterns)
  const wide = new Float32Array(4 * numbers.length)
  for (const [i, x] of numbers.entries()) {
    const next = numbers[i + 1] ?? x
    const step = Number.isFinite(next - x) ? (next - x) / 4 : 0
    for (let part = 0; part < 4; part++) wide[4 * i + part] = x + part * step
  }
  return leafOf({ data: wide, shape: [wide.length], dtype: 'float32' })
}

async function keepsPatterns({ accelerator }: CaseContext, dtype: Half): Promise<void> {
  const shape = [patterns.length]
  const input = all(dtype)
  const buffer = accelerator.upload(patterns, input.spec)
  const [received] = await accelerator.download([buffer])
  buffer.dispose()
  expectSameBytes(received!, patterns, dtype, shape)
  const [moved] = await evaluate(accelerator, [reshape(input, [256, 256])])
  // Patterns of NaN may become another pattern of NaN on their way through a graph.
  const isNumber = (_: number, i: number) => !Number.isNaN(decode(dtype, patterns.subarray(i, i + 1))[0]!)
  expectSameBytes(Uint16Array.from(moved!.data).filter(isNumber), patterns.filter(isNumber), dtype, shape)
}

async function widens(context: CaseContext, dtype: Half): Promise<void> {
  const output = cast(all(dtype), 'float32')
  const comparison = { kind: 'exact', signedZeros: true } as const
  await expectNumbers(context, [{ output, expected: decode(dtype, patterns), comparison }])
}

/** What the reference makes of them is checked by literal numbers among the ops. */
async function narrows(context: CaseContext, dtype: Half): Promise<void> {
  const output = cast(wideLeaf(dtype), dtype)
  const [expected] = await evaluate(context.reference, [output])
  const comparison = { kind: 'exact', signedZeros: true } as const
  await expectNumbers(context, [{ output, expected: decode(dtype, expected!.data), comparison }])
}
