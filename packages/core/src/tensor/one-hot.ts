import { OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import type { CreationOptions } from './creation.ts'
import { int32Indices } from './indices.ts'
import { valueOf } from './methods/handle.ts'
import { Tensor } from './tensor.ts'

const words = { who: 'oneHot', one: 'label', many: 'labels', choices: 'classes' }

/**
 * For each label a row of zeros with a 1 at its place: `[…labels, numClasses]`, int32 unless told otherwise.
 *
 * PyTorch counts the classes when it is not told; tensors are lazy here, and `numClasses` must be said.
 *
 * @throws OutOfRangeError when a label is none of the classes; only host data is checked, other labels give zeros alone
 */
export function oneHot(labels: Tensor, numClasses: number, { dtype = 'int32' }: CreationOptions = {}): Tensor {
  if (!(Number.isInteger(numClasses) && numClasses >= 1)) {
    throw new OutOfRangeError(
      `oneHot: the number of classes is a whole number ≥ 1, got ${numClasses}; it is not counted, as tensors are lazy`,
    )
  }
  const indices = int32Indices(valueOf('oneHot', labels), numClasses, words)
  const column = build.reshape(indices, [...indices.spec.shape, 1])
  return new Tensor(build.cast(build.equal(column, build.iota([numClasses], 0, 'int32')), dtype))
}
