import type { WorkerAnswer, WorkerSource, WorkerTask } from '../data/loader-workers.ts'
import { DataError, MisconfigurationError, VoltaicError } from '../errors/errors.ts'

/** What a thread is born with. */
export interface ThreadData {
  /** URL of the module that exports the dataset. */
  readonly module: string
  /** What the module's `dataset` is called with, when it is a function. */
  readonly data: unknown
  readonly index: number
  readonly count: number
}

/** What a loader's thread asks of a worker; `session` tells iterations side by side apart. */
export type Question = { readonly session: number } & (
  | { readonly kind: 'open'; readonly source: WorkerSource }
  | { readonly kind: 'task'; readonly task: WorkerTask }
  | { readonly kind: 'close' }
)

/** What a worker says to question `id`. */
export type Reply = { readonly id: number } & (
  | { readonly answer: WorkerAnswer | undefined }
  | { readonly error: SentError }
)

/** An error in a form that survives the way between threads, whatever its class. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  /** Of an error of Voltaic. */
  readonly code?: string | undefined
  readonly cause?: SentError | undefined
}

/** More than this, and the causes of an error may form a circle. */
const mostCauses = 8

export function sendError(error: unknown, depth = 0): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack, cause } = error
  const code = error instanceof VoltaicError ? error.code : undefined
  const hasCause = cause !== undefined && depth < mostCauses
  return { name, message, stack, code, cause: hasCause ? sendError(cause, depth + 1) : undefined }
}

/** What a worker threw, with what was thrown in the dataset as its cause. */
export function receiveError({ message, code, cause }: SentError): DataError | MisconfigurationError {
  const options = cause && { cause: receiveCause(cause) }
  return code === 'VOLTAIC_MISCONFIGURATION'
    ? new MisconfigurationError(message, options)
    : new DataError(message, options)
}

function receiveCause({ name, message, stack, cause }: SentError): Error {
  const error = new Error(message, cause && { cause: receiveCause(cause) })
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}
