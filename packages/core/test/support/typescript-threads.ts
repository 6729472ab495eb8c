/*
 * Threads of the sources are TypeScript, for which Node before 22.18 needs a loader. A test process has vite in its place, which
 * threads do not inherit: whoever imports this starts them with one.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { pathToFileURL } from 'node:url'
import threads, { type WorkerOptions } from 'node:worker_threads'

const { Worker } = threads
const loader = new URL(
  'dist/esm/api/index.mjs',
  pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
)
const registration = `import { register } from ${JSON.stringify(loader.href)}; register()`

/** The option of Node with which a process or a thread reads TypeScript. */
export const typescriptLoader = `--import=data:text/javascript,${encodeURIComponent(registration)}`

/** Every thread that was started since this was imported, from first to last. */
export const startedThreads: threads.Worker[] = []

threads.Worker = class extends Worker {
  constructor(program: string | URL, options: WorkerOptions = {}) {
    const { execArgv = [] } = options
    const isTypeScript = String(program).endsWith('.ts')
    super(program, isTypeScript ? { ...options, execArgv: [...execArgv, typescriptLoader] } : options)
    startedThreads.push(this)
  }
}
syncBuiltinESMExports()
