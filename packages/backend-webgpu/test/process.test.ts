import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeOnDevice } from './support/device.ts'

interface Ended {
  readonly code: number | null
  readonly signal: string | null
}

/** Runs a program that uses the backend and ends in a certain way. */
function endOf(ending: string): Promise<Ended> {
  const program = fileURLToPath(new URL('./support/process.ts', import.meta.url))
  const options = ['--conditions', '@voltaic/source', '--import', 'tsx']
  const child = spawn(process.execPath, [...options, program, ending], { stdio: 'ignore', timeout: 20_000 })
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })))
}

describeOnDevice('a process with this backend ends cleanly', { timeout: 30_000 }, () => {
  test.each([
    ['when it has torn the device down', 'teardown', 0],
    ['when it has not', 'return', 0],
    ['by process.exit', 'exit', 7],
    ['by an error', 'throw', 1],
  ])('%s', async (_, ending, code) => {
    expect(await endOf(ending)).toEqual({ code, signal: null })
  })
})
