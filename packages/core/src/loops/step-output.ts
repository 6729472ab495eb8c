import { MisconfigurationError } from '../errors/errors.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What a step returned: the loss, if any, and everything else. */
export interface Outputs {
  readonly loss: Tensor | null
  readonly extras: Readonly<Record<string, unknown>>
}

/** What came of a batch: of several optimizers, a list in their order. */
export type BatchOutputs = Outputs | readonly Outputs[]

const nothing: Outputs = { loss: null, extras: {} }

/**
 * Reads what `trainingStep` returned in automatic optimization.
 *
 * @throws MisconfigurationError when it is no tensor, no object with a loss, and not null
 */
export function automaticOutputs(returned: unknown): Outputs {
  if (returned === null || returned === undefined) return nothing
  if (returned instanceof Tensor) return { loss: returned, extras: {} }
  if (typeof returned === 'object' && (returned as { loss?: unknown }).loss instanceof Tensor) {
    const { loss, ...extras } = returned as { loss: Tensor }
    return { loss, extras }
  }
  throw new MisconfigurationError(
    `trainingStep: automatic optimization needs the loss, got ${describe(returned)}; return a tensor, an object with a tensor \`loss\`, or null to skip the batch`,
  )
}

/** Reads what a step of manual optimization or of evaluation returned: anything that may hold tensors. */
export function freeOutputs(who: string, returned: unknown): Outputs {
  if (returned === null || returned === undefined) return nothing
  if (returned instanceof Tensor) return { loss: returned, extras: {} }
  if (typeof returned !== 'object') {
    throw new MisconfigurationError(
      `${who}: may return a tensor, an object or nothing, got ${describe(returned)}; return { name: value } instead`,
    )
  }
  const { loss, ...extras } = returned as { loss?: unknown }
  return loss instanceof Tensor ? { loss, extras } : { loss: null, extras: returned as Record<string, unknown> }
}

/** The tensors among outputs. */
export function tensorsOf(outputs: BatchOutputs): Tensor[] {
  return [outputs].flat().flatMap(({ loss, extras }) => tensorsIn([loss, extras]))
}

/** The tensors in arrays and plain objects, however deep. */
export function tensorsIn(output: unknown): Tensor[] {
  const found: Tensor[] = []
  mapTensors(output, (tensor) => found.push(tensor))
  return found
}

/** A copy of arrays and plain objects, however deep, in which each tensor is replaced. */
export function mapTensors(output: unknown, replace: (tensor: Tensor) => unknown): unknown {
  if (output instanceof Tensor) return replace(output)
  if (Array.isArray(output)) return output.map((element) => mapTensors(element, replace))
  if (!isPlainObject(output)) return output
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, mapTensors(value, replace)]))
}

/** Outputs as hooks get them, detached; of a batch that was skipped, an empty object or nothing in the list. */
export function forHooks(outputs: BatchOutputs): Record<string, unknown> | Record<string, unknown>[] {
  if (!Array.isArray(outputs)) return ofOne(outputs as Outputs)
  return outputs.map(ofOne).filter((output) => Object.keys(output).length > 0)
}

function ofOne({ loss, extras }: Outputs): Record<string, unknown> {
  return { ...(loss === null ? {} : { loss: loss.detach() }), ...detached(extras) }
}

function detached(extras: Outputs['extras']): Record<string, unknown> {
  return mapTensors(extras, (tensor) => tensor.detach()) as Record<string, unknown>
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object without one' : typeof value
}
