/** What Voltaic warns of, and the category under which the reference does. */
const categories: readonly (readonly [message: RegExp, category: string])[] = [
  [/^configureOptimizers: returned null/, 'UserWarning'],
  [/^trainingStep: returned null/, 'UserWarning'],
  [/^batches: the loader gave (null|undefined)/, 'UserWarning'],
  [/^\w+: where gradients are accumulated, /, 'UserWarning'],
  [/^fit: \w+ has a validationStep, got no val/, 'PossibleUserWarning'],
  [/^fit: an epoch has fewer batches than/, 'PossibleUserWarning'],
  [/^fit: nothing says when it ends/, 'PossibleUserWarning'],
  [/^fit: \w+ has no validationStep, got val/, 'UserWarning'],
  [/^configureOptimizers: (an optimizer's|a scheduler's) options are /, 'RuntimeWarning'],
  [/^configureOptimizers: in manual optimization the module steps its schedulers/, 'RuntimeWarning'],
  [/^configureOptimizers: \w+ counts batches/, 'RuntimeWarning'],
  [/^lrScheduler: its metric was not logged/, 'RuntimeWarning'],
]

/** The category of a warning; of one that is in no category, what it says. */
export function warningCategory(message: string): string {
  return categories.find(([pattern]) => pattern.test(message))?.[1] ?? message
}

let last: Promise<unknown> = Promise.resolve()

/** Runs `fn` and gathers what it warns of, instead of printing it. One after another: warnings do not say whose they are. */
export function withWarnings<T>(fn: () => Promise<T>): Promise<{ result: T; messages: readonly string[] }> {
  const run = last.then(() => gather(fn))
  last = run.catch(() => {})
  return run
}

async function gather<T>(fn: () => Promise<T>): Promise<{ result: T; messages: readonly string[] }> {
  const messages: string[] = []
  const { warn } = console
  console.warn = (...args: readonly unknown[]) => messages.push(args.map(String).join(' '))
  try {
    return { result: await fn(), messages }
  } finally {
    console.warn = warn
  }
}
