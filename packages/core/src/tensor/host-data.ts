import { OutOfRangeError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import type { HostArray } from '../graph/dtype.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import type { Op } from '../graph/op.ts'
import { primitives } from '../graph/primitives.ts'
import { inputValue, NumberStorage } from '../graph/record.ts'
import { specOf } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { decodeNumber, numberToHost } from './host.ts'
import { realm } from './realm.ts'
import { releaseWith, TensorStorage } from './storage.ts'

/** A leaf on the data of a host tensor, which must not change any more. */
export function hostValue({ data, shape, dtype }: HostTensor, requiresGrad = false): Value {
  const storage = TensorStorage.ofHost(data, specOf(dtype, shape))
  const value = inputValue(storage, { requiresGrad })
  releaseWith(value, storage)
  realm.step?.lendUpload(storage)
  return value
}

/** The elements of `x` if they are on the host already, as those of a batch are; null otherwise. Not to be changed. */
export function dataOnHost(x: Value): HostArray | null {
  const { storage } = resolveAlias(x)
  if (storage instanceof TensorStorage) return storage.host
  return storage instanceof NumberStorage ? numberToHost(storage)[0] : null
}

/** The same of what is host data in another shape. */
function elementsOnHost(x: Value): HostArray | null {
  let value = resolveAlias(x)
  while (value.node.op === (primitives.reshape as Op) && value.storage === null && value.expiry === null) {
    value = resolveAlias(value.node.inputs[0]!)
  }
  return dataOnHost(value)
}

/**
 * Refuses host data with an element that is not `allowed`; what is elsewhere would cost a download and is not looked at.
 *
 * @param complaint - the error's message for an element and its position
 * @throws OutOfRangeError
 */
export function checkElements(
  x: Value,
  allowed: (element: number) => boolean,
  complaint: (element: number, position: number) => string,
): void {
  const data = elementsOnHost(x)
  if (data === null) return
  for (let i = 0; i < data.length; i++) {
    const element = decodeNumber(data[i]!, x.spec.dtype)
    if (!allowed(element)) throw new OutOfRangeError(complaint(element, i))
  }
}
