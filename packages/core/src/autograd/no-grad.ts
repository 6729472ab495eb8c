import { MisconfigurationError } from '../errors/errors.ts'
import { recording } from '../graph/record.ts'

/**
 * Runs `fn` without recording gradients: what it computes requires none.
 *
 * @throws MisconfigurationError when `fn` returns a promise: the state is ambient and would leak into other code
 */
export function noGrad<T>(fn: () => T): T {
  return withGradMode('noGrad', false, fn)
}

/** Runs `fn` recording gradients, also inside `noGrad`. Like it, synchronous. */
export function enableGrad<T>(fn: () => T): T {
  return withGradMode('enableGrad', true, fn)
}

function withGradMode<T>(who: string, enabled: boolean, fn: () => T): T {
  const before = recording.gradEnabled
  recording.gradEnabled = enabled
  try {
    const result = fn()
    if (result instanceof Promise) {
      // It is refused here; what becomes of it is nobody's concern any more.
      result.catch(() => {})
      throw new MisconfigurationError(
        `${who}: the function must be synchronous, got one that returns a promise; await outside`,
      )
    }
    return result
  } finally {
    recording.gradEnabled = before
  }
}
