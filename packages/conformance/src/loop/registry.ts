import * as core from '@voltaic/core'

/** An optimizer of core by the name of its class. @throws MisconfigurationError when there is none of that name */
export function makeOptimizer(type: string, parameters: core.Parameter[], options: object): core.Optimizer {
  const made = classNamed<[core.Parameter[], object], core.Optimizer>(type)
  return new made(parameters, options)
}

/** A scheduler of core by the name of its class. @throws MisconfigurationError when there is none of that name */
export function makeScheduler(type: string, optimizer: core.Optimizer, options: object): core.LRSchedulerLike {
  const made = classNamed<[core.Optimizer, object], core.LRSchedulerLike>(type)
  return new made(optimizer, options)
}

/** A callback of core by the name of its class. @throws MisconfigurationError when there is none of that name */
export function makeCallback(type: string, args: readonly unknown[]): core.Callback {
  const made = classNamed<readonly unknown[] & unknown[], core.Callback>(type)
  return new made(...(args as unknown[]))
}

function classNamed<Args extends unknown[], T>(type: string): new (...args: Args) => T {
  const found: unknown = (core as Readonly<Record<string, unknown>>)[type]
  if (typeof found === 'function') return found as new (...args: Args) => T
  throw new core.MisconfigurationError(`runScenario: core has no such class, got ${JSON.stringify(type)}`)
}
