import { MisconfigurationError } from '../errors/errors.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What a step returned: the loss, if any, and everything else. */
export interface Outputs {
  readonly loss: Tensor | null
  readonly extras: Readonly<Record<string, unknown>>
}

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
export function tensorsOf({ loss, extras }: Outputs): Tensor[] {
  return loss === null ? tensorsIn(extras) : [loss, ...tensorsIn(extras)]
}

/** The tensors in arrays and plain objects, however deep. */
export function tensorsIn(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output]
  return isNest(output) ? Object.values(output).flatMap(tensorsIn) : []
}

/** Outputs as hooks get them, detached. */
export function forHooks({ loss, extras }: Outputs): Record<string, unknown> {
  return { ...(loss === null ? {} : { loss: loss.detach() }), ...(detached(extras) as Record<string, unknown>) }
}

function detached(output: unknown): unknown {
  if (output instanceof Tensor) return output.detach()
  if (Array.isArray(output)) return output.map(detached)
  if (!isNest(output)) return output
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, detached(value)]))
}

/** An array or a plain object: what outputs are looked for in. */
function isNest(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object without one' : typeof value
}
