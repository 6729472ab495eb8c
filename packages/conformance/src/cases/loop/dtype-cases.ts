import { FullPrecision, MixedPrecision, type PrecisionPlugin, TruePrecision } from '@voltaic/core'
import type { DType } from '@voltaic/core/graph'
import { check } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'
import { trainingRequirements } from '../requires.ts'
import { observe } from './observed-training.ts'

/** What is of which dtype in a training step. */
interface Dtypes {
  readonly parameter: DType
  readonly input: DType
  /** Of a layer's output, a matrix product. */
  readonly product: DType
  readonly loss: DType
}

type Row = readonly [make: () => PrecisionPlugin, expected: Dtypes]

const everywhere = (dtype: DType): Dtypes => ({ parameter: dtype, input: dtype, product: dtype, loss: dtype })

const rows: readonly Row[] = [
  [() => new FullPrecision(), everywhere('float32')],
  [() => new MixedPrecision('16-mixed'), { ...everywhere('float32'), product: 'float16' }],
  [() => new MixedPrecision('bf16-mixed'), { ...everywhere('float32'), product: 'bfloat16' }],
  [() => new TruePrecision('16-true'), everywhere('float16')],
  [() => new TruePrecision('bf16-true'), everywhere('bfloat16')],
  [() => new TruePrecision('64-true'), everywhere('float64')],
]

/** In each precision parameters, batches, products and losses have the dtypes that its name promises. */
export function dtypeCases(): ConformanceCase[] {
  return rows.map(([make, expected]) => {
    const { product, parameter } = expected
    return {
      id: `loop/${make().precision}/dtypes`,
      layer: 4,
      requires: trainingRequirements({ dtype: product, isMixed: parameter !== product }),
      run: (context) => look(make(), expected, context),
    }
  })
}

async function look(precision: PrecisionPlugin, expected: Dtypes, context: CaseContext): Promise<void> {
  const { accelerator, options } = context
  const { dtypes, losses } = await observe({ accelerator, precision, batches: 3, ...options })
  for (const [what, dtype] of Object.entries(expected)) {
    check(dtypes[what] === dtype, `${precision.precision}: the ${what} is ${dtype}, got ${dtypes[what]}`, {
      expected: dtype,
      got: dtypes[what],
    })
  }
  check(losses.every(Number.isFinite), `${precision.precision}: losses are finite, got ${losses.join(', ')}`, {
    got: losses,
  })
}
