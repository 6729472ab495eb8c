/**
 * Gives an error another message, in its stack too, which repeats it. One whose message cannot be changed, as that of a
 * DOMException, stays as it is.
 */
export function reword(error: Error, message: string): void {
  if (Object.getOwnPropertyDescriptor(error, 'message')?.writable !== true) return
  const before = error.message
  error.message = message
  if (error.stack !== undefined) error.stack = error.stack.replace(before, () => message)
}
