import type { Accelerator } from '@voltaic/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { defineConformanceTests } from './suite/define-tests.ts'
import type { ConformanceOptions } from './suite/session.ts'

/**
 * Tests an accelerator in vitest: `testAccelerator(() => cpu())`.
 *
 * The environment variable `TEST_SEED` repeats a run, as `options.seed` does.
 */
export function testAccelerator(create: () => Accelerator, options: ConformanceOptions = {}): void {
  const seed = options.seed ?? seedOfEnvironment()
  const functions = { describe, beforeAll, afterAll, test }
  defineConformanceTests(functions, create, { ...options, ...(seed === undefined ? {} : { seed }) })
}

function seedOfEnvironment(): number | undefined {
  const { process } = globalThis as { process?: { env?: { readonly TEST_SEED?: string } } }
  const text = process?.env?.TEST_SEED
  return text === undefined ? undefined : Number(text)
}
