import { ExpiredTensorError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import type { HostArray } from '../graph/dtype.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { elementText, type TextOptions } from './element-text.ts'
import { dataOnHost } from './host-data.ts'
import { realm } from './realm.ts'
import { TensorStorage } from './storage.ts'

/** What is printed: a tensor, whose value may be gone. */
export interface Printed {
  /** @throws ExpiredTensorError when the tensor was disposed */
  readonly value: Value
}

const briefly: TextOptions = { threshold: 100 }

/**
 * What can be said of a tensor at once: its dtype, shape and device, and its elements if they are on the host. Those on a
 * device would cost a download, those of a recorded op a run.
 *
 * @param kind - what the tensor is called: `Tensor`, `Parameter`, `Buffer`
 */
export function textAtOnce(kind: string, tensor: Printed): string {
  const value = valueOrNull(tensor)
  if (value === null) return `${kind} (disposed)`
  if (value.expired !== null) return `${kind} ${formatSpec(value.spec)} (expired)`
  const data = dataOnHost(value)
  if (data !== null) return withElements(kind, tensor, data, briefly)
  return `${headOf(kind, tensor)} (${resolveAlias(value).storage === null ? 'not computed yet' : 'not downloaded'})`
}

/** Dtype, shape and device, and the elements, which are `data`. */
export function withElements(kind: string, tensor: Printed, data: HostArray, options: TextOptions = {}): string {
  const elements = elementText(data, tensor.value.spec, options)
  const line = `${headOf(kind, tensor)}: ${elements}`
  const { lineWidth = 80 } = options
  return line.includes('\n') || line.length > lineWidth ? `${headOf(kind, tensor)}\n${elements}` : line
}

/** `Tensor float32[2, 3] on cpu` */
export function headOf(kind: string, tensor: Printed): string {
  const value = valueOrNull(tensor)
  if (value === null) return `${kind} (disposed)`
  const gradient = value.requiresGrad ? ', requiresGrad' : ''
  return `${kind} ${formatSpec(value.spec)} on ${placeOf(value)}${gradient}`
}

function valueOrNull(tensor: Printed): Value | null {
  try {
    return tensor.value
  } catch (error) {
    if (error instanceof ExpiredTensorError) return null
    throw error
  }
}

/** The accelerator that has the bytes or will compute them, or the host. */
function placeOf(value: Value): string {
  const { storage } = resolveAlias(value)
  if (storage instanceof TensorStorage) return storage.accelerator?.name ?? 'host'
  if (storage !== null) return 'host'
  return (realm.step?.accelerator ?? realm.accelerator)?.name ?? 'reference'
}
