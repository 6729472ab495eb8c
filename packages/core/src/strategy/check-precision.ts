import type { Accelerator } from '../accelerator/accelerator.ts'
import { UnsupportedError } from '../errors/errors.ts'
import type { DType } from '../graph/dtype.ts'
import type { PrecisionPlugin } from '../precision/precision-plugin.ts'

/** Ops without which nothing is trained in a dtype. */
const needed = ['matmul', 'add', 'cast'] as const
const floats: readonly DType[] = ['float32', 'float16', 'bfloat16', 'float64']

/** Precisions that each accelerator was said to emulate. */
const emulated = new WeakMap<Accelerator, Set<string>>()

/**
 * Refuses a precision that the accelerator does not declare, and says so once where it gains nothing.
 *
 * @throws UnsupportedError listing the dtypes that there are
 */
export function checkPrecision(accelerator: Accelerator, { precision, dtype }: PrecisionPlugin): void {
  const { name, capabilities } = accelerator
  const supportOf = (type: DType) => needed.map((op) => capabilities.supports(op, type))
  const support = supportOf(dtype)
  if (support.includes(undefined)) {
    const there = floats.filter((type) => !supportOf(type).includes(undefined))
    throw new UnsupportedError(
      `${name}: ${precision} needs ${dtype}, got an accelerator that has ${there.join(', ')}; choose a precision of these, or another accelerator`,
    )
  }
  const said = emulated.get(accelerator) ?? new Set()
  if (!support.includes('emulated') || said.has(precision)) return
  emulated.set(accelerator, said.add(precision))
  console.info(`${name}: ${dtype} is emulated; ${precision} gives its numbers, and no gain in speed or memory`)
}
