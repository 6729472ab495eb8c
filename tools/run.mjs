// `npm start` and `npm test` on a machine that has only Node and npm: brings pnpm, installs, builds, then runs the task.
// It runs before anything is installed, so it imports nothing but Node.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { engines, packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const tasks = {
  start: ['node', 'examples/digits/dist/main.js'],
  test: ['pnpm', 'exec', 'vitest', 'run', '--project', 'source'],
}

const [name, ...args] = process.argv.slice(2)
const task = tasks[name]

if (!task) {
  fail(`unknown task, got ${name}; use one of ${Object.keys(tasks).join(', ')}`)
}
if (!nodeIsNewEnough()) {
  fail(`Node ${process.versions.node} is too old; install Node ${engines.node}`)
}
if (pnpmIsOnPath()) {
  run(['pnpm', 'install', '--frozen-lockfile'])
  run(['pnpm', 'build'])
  if (name === 'test') prepareTests()
  run([...task, ...args])
} else {
  // Once more, with the pinned pnpm on PATH: turbo looks for it there too.
  run(['npm', 'exec', '--yes', `--package=${packageManager}`, '--', 'node', 'tools/run.mjs', name, ...args])
}

// Tests of WebGPU want a driver. Without one they are skipped, and say so.
function prepareTests() {
  const { status } = spawn(['node', 'tools/webgpu/setup.mjs'], ['ignore', 'ignore', 'inherit'])
  if (status !== 0) console.warn('voltaic: tests on a device of WebGPU will be skipped, unless this machine has one')
}

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [leastMajor, leastMinor] = engines.node.replace('>=', '').split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

function pnpmIsOnPath() {
  const { status, stdout } = spawn(['pnpm', '--version'], ['ignore', 'pipe', 'ignore'])
  return status === 0 && packageManager === `pnpm@${stdout.toString().trim()}`
}

function run(command) {
  const { status, error } = spawn(command, 'inherit')
  if (error) {
    fail(`cannot run ${command[0]}: ${error.message}`)
  }
  if (status !== 0) {
    process.exit(status ?? 1)
  }
}

function spawn([program, ...args], stdio) {
  // npm and pnpm are .cmd files on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && program !== 'node'
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
  return spawnSync(program, args, { cwd: root, stdio, shell, env })
}

function fail(message) {
  console.error(`voltaic: ${message}`)
  process.exit(1)
}
