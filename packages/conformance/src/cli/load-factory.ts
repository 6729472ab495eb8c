import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Accelerator, MisconfigurationError } from '@voltaic/core'

/** Makes accelerators. */
export type Factory = () => Accelerator

/**
 * The factory that a module exports: the one named, else the default export, else the only function.
 *
 * @param module - a path, from the working directory, or the name of a package that is installed there
 * @throws MisconfigurationError when there is no such module or no such export
 */
export async function loadFactory(module: string, name?: string): Promise<Factory> {
  const exports = await importFrom(module)
  const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function')
  const chosen = name ?? (functions.some(([key]) => key === 'default') ? 'default' : undefined)
  const factory = chosen === undefined && functions.length === 1 ? functions[0]![1] : exports[chosen ?? '']
  if (typeof factory === 'function') return factory as Factory
  const names = functions.map(([key]) => key).join(', ')
  throw new MisconfigurationError(
    `voltaic-conformance: which export of ${module} makes an accelerator, got ${name ?? 'none named'}; write ${module}#name with one of ${names || 'its functions'}`,
  )
}

async function importFrom(module: string): Promise<Record<string, unknown>> {
  try {
    return (await import(urlOf(module))) as Record<string, unknown>
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new MisconfigurationError(`voltaic-conformance: cannot load ${module}: ${message}`, { cause: error })
  }
}

function urlOf(module: string): string {
  const path = resolve(module)
  if (existsSync(path)) return pathToFileURL(path).href
  return pathToFileURL(createRequire(pathToFileURL(resolve('package.json'))).resolve(module)).href
}
