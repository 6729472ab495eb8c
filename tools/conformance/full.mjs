// pnpm conformance:full [backend…]: every case on every backend (or on those that are named), and from their reports
// COMPATIBILITY.md and docs/compatibility.html. A run that was broken off goes on where it was. A report of a machine that
// had the device stays until a machine with one makes another: copy it into .conformance. With --pages nothing is run.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { factoryOf, importBuilt, names } from './backends.mjs'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}.conformance`
const onlyPages = process.argv.includes('--pages')
const asked = process.argv.slice(2).filter((argument) => argument !== '--pages')
const unknown = asked.find((name) => !names.includes(name))
if (unknown !== undefined) {
  console.error(`conformance:full: which backend, got ${unknown}; use some of ${names.join(', ')}`)
  process.exit(2)
}

const { formatHtml, formatMarkdown } = await importBuilt('index.js')

mkdirSync(folder, { recursive: true })
let failed = false
const wanted = asked.length > 0 ? asked : names
for (const name of onlyPages ? [] : wanted) {
  if (factoryOf(name) === undefined) {
    console.log(`${name}: not built, left out`)
    continue
  }
  console.log(`${name} …`)
  const running = `${folder}/${name}.running.json`
  const args = [fileURLToPath(new URL('run.mjs', import.meta.url)), name, '--json', running, '--resume']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (!existsSync(running)) process.exit(status ?? 1)
  const report = JSON.parse(readFileSync(running, 'utf8'))
  const hasDevice = report.cases.some((result) => result.status !== 'unavailable')
  if (hasDevice || !existsSync(`${folder}/${name}.json`)) renameSync(running, `${folder}/${name}.json`)
  else rmSync(running)
  if (hasDevice && status !== 0) failed = true
}

const files = names.map((name) => `${folder}/${name}.json`).filter((file) => existsSync(file))
const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
const commit = execFileSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' }).trim()
const origin = { commit, date: new Date().toISOString(), command: 'pnpm conformance:full' }
writeFileSync(`${root}COMPATIBILITY.md`, formatMarkdown(reports, origin))
writeFileSync(`${root}docs/compatibility.html`, formatHtml(reports, origin))
console.log('wrote COMPATIBILITY.md and docs/compatibility.html')
process.exitCode = failed ? 1 : 0
