import type { DType } from '../graph/dtype.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'

/** Runtime scalars of an update, in the dtype of the parameters. */
export function scalarsOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  dtype: DType,
): Record<Name, Value> {
  const scalars = Object.entries<number>(numbers).map(([name, x]) => [name, scalarValue(x, dtype)])
  return Object.fromEntries(scalars) as Record<Name, Value>
}

/** What updates need of two decay rates. Complements and logarithms are taken on the host, in double precision. */
export function ofBetas([beta1, beta2]: readonly [number, number]): Readonly<
  Record<'beta1' | 'beta2' | 'rest1' | 'rest2' | 'logBeta1' | 'logBeta2', number>
> {
  return {
    beta1,
    beta2,
    rest1: 1 - beta1,
    rest2: 1 - beta2,
    logBeta1: Math.log(beta1),
    logBeta2: Math.log(beta2),
  }
}
