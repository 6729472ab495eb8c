/**
 * The base of every error Voltaic raises on purpose.
 *
 * Messages have the form `<who>: <what is wrong>, got <value>; <what to do>`. `code` is stable: match on it, never on
 * the message.
 */
export abstract class VoltaicError extends Error {
  abstract readonly code: string

  override get name(): string {
    return this.constructor.name
  }
}

/** Shapes that do not fit an operation, a layer or a stored state. */
export class ShapeError extends VoltaicError {
  readonly code = 'VOLTAIC_SHAPE'
}

/** A dtype that an operation does not take. */
export class DTypeError extends VoltaicError {
  readonly code = 'VOLTAIC_DTYPE'
}

/** An index, label or argument outside its range. */
export class OutOfRangeError extends VoltaicError {
  readonly code = 'VOLTAIC_OUT_OF_RANGE'
}

/** A tensor whose step has ended without realising it. */
export class ExpiredTensorError extends VoltaicError {
  readonly code = 'VOLTAIC_EXPIRED_TENSOR'
}

/** A backward pass that cannot be: no gradient, no scalar loss, no rule. */
export class AutogradError extends VoltaicError {
  readonly code = 'VOLTAIC_AUTOGRAD'
}

/** A loss scale that fell to 0: no step of mixed precision can succeed any more. */
export class UnderflowError extends VoltaicError {
  readonly code = 'VOLTAIC_UNDERFLOW'
}

/** A NaN found by `detectAnomaly`; the message names the line that made it. */
export class AnomalyError extends VoltaicError {
  readonly code = 'VOLTAIC_ANOMALY'
}

/** Options or overrides that contradict each other or the loop's contract. */
export class MisconfigurationError extends VoltaicError {
  readonly code = 'VOLTAIC_MISCONFIGURATION'
}

/** An operation or dtype that an accelerator does not declare; thrown when a graph is compiled, never while it runs. */
export class UnsupportedError extends VoltaicError {
  readonly code = 'VOLTAIC_UNSUPPORTED'
}

/** An optional dependency that is not installed or does not load; the message says what to install. */
export class MissingDependencyError extends VoltaicError {
  readonly code = 'VOLTAIC_MISSING_DEPENDENCY'
}

/** An accelerator used before `setup()` or after `teardown()`, or out of memory. */
export class AcceleratorError extends VoltaicError {
  readonly code = 'VOLTAIC_ACCELERATOR'
}

/** The device is gone: driver reset, unplugged, or killed by the system. */
export class DeviceLostError extends VoltaicError {
  readonly code = 'VOLTAIC_DEVICE_LOST'
}

/** Data that cannot be read: a malformed file, a row of the wrong length, a value that is no number. */
export class DataError extends VoltaicError {
  readonly code = 'VOLTAIC_DATA'
}
