/**
 * A signal that is aborted by the first Ctrl-C. The second one ends the process as if nothing had been done about it.
 *
 * ```ts
 * new Trainer({ signal: interruptSignal() })
 * ```
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('interruptSignal: Ctrl-C was pressed')))
  return controller.signal
}
