import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readCheckpoint } from '../../src/node/checkpoint-files.ts'
import { temporarySuffix } from '../../src/node/write-atomically.ts'
import { typescriptLoader } from '../support/typescript-threads.ts'
import { tempFolder } from './temp-files.ts'

const program = fileURLToPath(new URL('killed/saves.ts', import.meta.url))
const folder = tempFolder()

/** How many times the process is killed: more often in CI, and as often as one likes with `KILLS=200`. */
const kills = Number(process.env.KILLS ?? (process.env.CI === undefined ? 3 : 20))
/** Processes at once: starting one takes far longer than what is tested. */
const atOnce = 2

/**
 * Starts the process, kills it a while after its first file, and gives the names of the files that it said were whole.
 *
 * @param delay - in milliseconds
 */
async function killAfter(path: string, delay: number): Promise<string[]> {
  await mkdir(path, { recursive: true })
  const child = spawn(process.execPath, [typescriptLoader, program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const whole: string[] = []
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => whole.push(line))
  await once(lines, 'line')
  await new Promise((resolve) => setTimeout(resolve, delay))
  const closed = once(lines, 'close')
  child.kill('SIGKILL')
  await closed
  return whole
}

async function checkKilled(run: number): Promise<void> {
  const path = join(folder(), `run-${run}`)
  // Spread over some steps of a few milliseconds each, at no moment in particular.
  const whole = await killAfter(path, ((run * 0.618_034) % 1) * 60)
  const files = (await readdir(path)).filter((name) => !name.endsWith(temporarySuffix))
  const stepOf = (name: string) => Number(/step=(\d+)/.exec(name)?.[1] ?? -1)
  const steps = await Promise.all(
    files.map(async (name) => {
      const { globalStep } = await readCheckpoint(join(path, name))
      if (name !== 'last.safetensors') expect(globalStep).toBe(stepOf(name))
      return globalStep as number
    }),
  )
  // Whatever was said to be whole is there, or something newer is.
  expect(Math.max(...steps)).toBeGreaterThanOrEqual(Math.max(...whole.map(stepOf)))
  expect(files).toEqual(expect.arrayContaining(whole.filter((name) => name === 'last.safetensors')))
}

test(`killed ${kills} times while it saves, a fit leaves no file that is not whole, and never loses the newest`, {
  timeout: 60_000 + 6000 * kills,
}, async () => {
  const runs = Array.from({ length: kills }, (_, run) => run).values()
  const worker = async () => {
    for (const run of runs) await checkKilled(run)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
})
