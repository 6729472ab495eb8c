/**
 * Runs `fn` with a state opened before it and closed after it; of an asynchronous one when its promise is settled.
 *
 * @param open - opens the state and gives what closes it
 */
export function within<T>(open: () => () => void, fn: () => T): T {
  const close = open()
  let result: T
  try {
    result = fn()
  } catch (error) {
    close()
    throw error
  }
  if (result instanceof Promise) return result.finally(close) as T
  close()
  return result
}
