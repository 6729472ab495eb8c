// Debian packages without root: fetched by apt under a configuration of its own, unpacked into a folder of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * Fetches `packages`, and those of their dependencies that the machine lacks, and unpacks them into `root`.
 *
 * @param packages names as apt knows them
 * @param suite where a package is taken from if it is there, such as `bookworm-backports`
 * @param cache folder for lists and archives, kept
 * @param root folder to unpack into
 */
export function fetchPackages({ packages, suite, cache, root }) {
  const options = privateConfiguration(cache, suite)
  const archives = join(cache, 'archives')
  run('apt-get', [...options, 'update'])
  run('apt-get', [
    ...options,
    ...['install', '--download-only', '--yes', '--no-install-recommends', '--allow-change-held-packages'],
    ...['--target-release', suite, ...packages],
  ])
  mkdirSync(root, { recursive: true })
  for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    run('dpkg-deb', ['--extract', join(archives, archive), root])
  }
}

/** Why packages cannot be fetched here; `undefined` where they can. */
export function whyNoPackages() {
  if (process.platform !== 'linux') return `packages come from apt, which ${process.platform} has not`
  for (const program of ['apt-get', 'dpkg-deb']) {
    if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0) return `there is no ${program}`
  }
  if (codename() === undefined) return '/etc/os-release names no release of Debian'
  return undefined
}

/** The release's name, such as `bookworm`. */
export function codename() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!/^ID=debian$/m.test(release)) return undefined
  return release.match(/^VERSION_CODENAME=(\w+)$/m)?.[1]
}

/** Options by which apt reads the machine's own sources and `suite` of the same servers, and writes to `cache` alone. */
function privateConfiguration(cache, suite) {
  const parts = join(cache, 'sources')
  const lists = join(cache, 'lists')
  for (const folder of [parts, join(lists, 'partial'), join(cache, 'archives', 'partial')]) {
    mkdirSync(folder, { recursive: true })
  }
  writeFileSync(join(parts, 'private.sources'), sourcesWith(suite, readSources()))
  const settings = {
    'Dir::Etc::sourcelist': '/dev/null',
    'Dir::Etc::sourceparts': parts,
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    'Dir::Log': cache,
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': userInfo().username,
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  }
  return ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])]
}

/** The machine's sources of its own release, and for the first server among them one of `suite`. */
export function sourcesWith(suite, sources) {
  const release = codename()
  const own = sources.filter(({ suites }) => suites.some((name) => name === release || name.startsWith(`${release}-`)))
  const main = own.find(({ suites }) => suites.includes(release))
  if (main === undefined) fail(`no source of ${release} in /etc/apt; add one`)
  const isKnown = own.some(({ suites }) => suites.includes(suite))
  return (isKnown ? own : [...own, { ...main, suites: [suite], components: ['main'] }]).map(formatSource).join('\n')
}

function formatSource({ uri, suites, components, signedBy }) {
  const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${suites.join(' ')}`, `Components: ${components.join(' ')}`]
  return [...lines, ...(signedBy === undefined ? [] : [`Signed-By: ${signedBy}`]), ''].join('\n')
}

function readSources() {
  const folder = '/etc/apt/sources.list.d'
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  return ['/etc/apt/sources.list', ...parts].filter(existsSync).flatMap((path) => {
    if (path.endsWith('.sources')) return parseStanzas(readFileSync(path, 'utf8'))
    return path.endsWith('.list') ? parseLines(readFileSync(path, 'utf8')) : []
  })
}

/** The format of `*.sources`: paragraphs of fields. */
export function parseStanzas(text) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = {}
    for (const line of stanza.split('\n')) {
      const [, name, value] = line.match(/^([\w-]+):\s*(.*)$/) ?? []
      if (name !== undefined) fields[name.toLowerCase()] = value.trim()
    }
    if (!fields.types?.split(/\s+/).includes('deb') || fields.enabled === 'no') return []
    return fields.uris.split(/\s+/).map((uri) => ({
      uri,
      suites: fields.suites.split(/\s+/),
      components: (fields.components ?? '').split(/\s+/).filter(Boolean),
      signedBy: fields['signed-by'],
    }))
  })
}

/** The format of `*.list`: one source a line. */
export function parseLines(text) {
  return text.split('\n').flatMap((line) => {
    const [, options = '', uri, suite, components] = line.match(/^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/) ?? []
    if (uri === undefined) return []
    const signedBy = options.match(/signed-by=(\S+)/)?.[1]
    return [{ uri, suites: [suite], components: components.split(/\s+/).filter(Boolean), signedBy }]
  })
}

function run(program, args) {
  // What programs print goes where progress goes: standard output is for the result.
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 2, 2] })
  if (error || status !== 0) fail(`${program} ${args.at(-1)} failed${error ? `: ${error.message}` : ''}`)
}

function fail(message) {
  throw new Error(`tools/webgpu: ${message}`)
}
