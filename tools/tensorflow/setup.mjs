// Fetches a real TensorFlow for the tests of `packages/backend-cuda`: `node tools/tensorflow/setup.mjs`. It prints the
// folder of a `@tensorflow/tfjs-node-gpu` that loads without a GPU. What is there already is left as it is.
//
// The package's own addon and library come from its install script, which is not run. In their place stand those of
// `tfjs-node-lambda-releases`: libtensorflow 1.15 for the CPU and the same addon, built by a third party in 2020, and
// good for tests only. The lock file beside this one pins every package by its hash.
import { spawnSync } from 'node:child_process'
import { cpSync, createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { cacheFolder } from './cache-folder.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const packageIn = (folder) => join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu')

if (process.platform !== 'linux' || process.arch !== 'x64') {
  fail(`the TensorFlow test build is for linux-x64, got ${process.platform}-${process.arch}`)
}
if (!existsSync(packageIn(cacheFolder))) await build()
console.log(packageIn(cacheFolder))

async function build() {
  // Built beside its place and moved there whole: a setup that was interrupted leaves nothing that looks finished.
  const folder = `${cacheFolder}.${process.pid}`
  mkdirSync(folder, { recursive: true })
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(folder, file))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder)
    await unpackLibrary(folder)
    rmSync(cacheFolder, { recursive: true, force: true })
    renameSync(folder, cacheFolder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function unpackLibrary(folder) {
  const releases = join(folder, 'node_modules', 'tfjs-node-lambda-releases')
  const archive = join(folder, 'library.tar')
  await pipeline(
    createReadStream(join(releases, 'nodejs12.x-tf2.7.0.br')),
    createBrotliDecompress(),
    createWriteStream(archive),
  )
  const unpacked = join(folder, 'library')
  mkdirSync(unpacked)
  const inside = 'node_modules/@tensorflow/tfjs-node'
  run('tar', ['-xf', archive, '-C', unpacked, `${inside}/deps`, `${inside}/lib`], folder)
  const target = packageIn(folder)
  mkdirSync(join(target, 'lib'), { recursive: true })
  renameSync(join(unpacked, inside, 'lib', 'napi-v6'), join(target, 'lib', 'napi-v8'))
  renameSync(join(unpacked, inside, 'deps'), join(target, 'deps'))
  for (const path of [archive, unpacked, releases]) rmSync(path, { recursive: true, force: true })
}

function run(program, args, cwd) {
  // What the commands print goes to stderr: stdout is for the folder.
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 2, 2] })
  if (error) fail(`cannot run ${program}: ${error.message}`)
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}`)
}

function fail(message) {
  console.error(`tools/tensorflow: ${message}`)
  process.exit(1)
}
