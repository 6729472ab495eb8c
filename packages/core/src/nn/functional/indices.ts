import { DTypeError, OutOfRangeError } from '../../errors/errors.ts'
import { resolveAlias } from '../../graph/alias.ts'
import { cast } from '../../graph/build.ts'
import { isInteger } from '../../graph/dtype.ts'
import { formatSpec } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { TensorStorage } from '../../tensor/storage.ts'

/** How indices are spoken of in errors. */
export interface IndexWords {
  readonly who: string
  /** `label` */
  readonly one: string
  /** `labels` */
  readonly many: string
  /** `classes` */
  readonly choices: string
}

/**
 * Indices as int32, which ops take. Those whose data is still on the host, as that of a batch, are checked at once; others
 * would cost a download.
 *
 * @throws DTypeError when they are no integers
 * @throws OutOfRangeError when one is not in 0, …, count − 1
 */
export function int32Indices(indices: Value, count: number, words: IndexWords): Value {
  const { who, many } = words
  if (!isInteger(indices.spec.dtype)) {
    throw new DTypeError(
      `${who}: ${many} are int32, got ${formatSpec(indices.spec)}; make them of an Int32Array or cast them, to('int32')`,
    )
  }
  const { storage } = resolveAlias(indices)
  if (storage instanceof TensorStorage && storage.host !== null) checkRange(storage.host, count, words)
  return cast(indices, 'int32')
}

function checkRange(data: ArrayLike<number>, count: number, { who, one, many, choices }: IndexWords): void {
  for (let i = 0; i < data.length; i++) {
    const index = data[i]!
    if (index >= 0 && index < count) continue
    throw new OutOfRangeError(
      `${who}: ${one} ${index} at position ${i} is out of range, got ${count} ${choices}; ${many} are 0…${count - 1}`,
    )
  }
}
