import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
// TypeScript 7 has no JavaScript API; oxc parses TypeScript as vite does, and lists a module's imports.
import { parseSync, Visitor } from 'oxc-parser'

/** Source text by path, with `/` between folders. */
export type Files = Readonly<Record<string, string>>

/** The floors of core from the ground up; those in one line are neighbours and do not import each other. */
const coreFloors: readonly (readonly string[])[] = [
  ['errors', 'util'],
  ['graph'],
  ['autograd', 'accelerator'],
  ['tensor'],
  ['nn'],
  ['optim', 'data', 'metrics', 'checkpoint', 'loggers', 'profiler'],
  ['precision'],
  ['strategy'],
  ['module'],
  ['loops', 'callbacks'],
  ['trainer'],
  ['tuner'],
  ['node'],
  ['index'],
]

/** The packages from left to right; those in one line do not import each other. */
const packageRanks: readonly RegExp[] = [
  /^packages\/core$/,
  /^packages\/(onnx|conformance)$/,
  /^packages\/backend-[^/]+$/,
  /^examples\/backends$/,
  /^(benchmarks|examples\/(?!precision)[^/]+)$/,
  /^examples\/precision$/,
]

/** One sentence for each import in core's `src` that breaks the order of floors; paths are relative to `src`. */
export function brokenFloors(files: Files): string[] {
  return edges(files).flatMap(({ from, specifier }) => {
    const floor = floorOf(from)
    const rank = coreFloors.findIndex((names) => names.includes(floor))
    if (rank === -1) {
      return [`${from}: ${floor} is no floor of core`]
    }
    if (specifier === undefined) {
      return []
    }
    if (specifier.startsWith('node:')) {
      return floor === 'node' ? [] : [`${from}: only node/ imports ${specifier}`]
    }
    if (specifier.startsWith('@voltaic/')) {
      return [`${from}: core imports no package of Voltaic, not ${specifier}`]
    }
    if (!specifier.startsWith('.')) {
      return []
    }
    const target = floorOf(posix.join(posix.dirname(from), specifier))
    const targetRank = coreFloors.findIndex((names) => names.includes(target))
    if (floor === 'index' && target === 'node') {
      return [`${from}: index runs in a browser, ${specifier} does not`]
    }
    if (target === floor || (targetRank !== -1 && targetRank < rank) || (rank === 0 && targetRank === 0)) {
      return []
    }
    return [`${from}: ${floor} stands below or beside ${target}, and imports ${specifier}`]
  })
}

/** One sentence for each import between packages that does not go leftwards; paths are relative to the repository. */
export function brokenPackageOrder(files: Files, folderOf: (name: string) => string | undefined): string[] {
  return edges(files).flatMap(({ from, specifier }) => {
    const home = packageFolderOf(from)
    const target = specifier && targetFolder(from, specifier, folderOf)
    if (!target || target === home) {
      return []
    }
    if (specifier.startsWith('.')) {
      // The tests of all packages share core's helpers, which no package exports, and what sets a machine up for them.
      const path = posix.join(posix.dirname(from), specifier)
      const isShared = path.startsWith('packages/core/test/support/') || path.startsWith('tools/')
      if (from.includes('/test/') && isShared) return []
      return [`${from}: ${specifier} reaches into ${target}; import the package by its name`]
    }
    const rank = rankOfPackage(target)
    return rank !== -1 && rank < rankOfPackage(home) ? [] : [`${from}: ${target} does not stand left of ${home}`]
  })
}

/** The TypeScript files under a folder, by their path relative to `base`. */
export function readSources(folder: string, base: string = folder): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.map((path) => [relative(base, path).split(sep).join(posix.sep), readFileSync(path, 'utf8')]),
  )
}

interface Edge {
  readonly from: string
  /** Absent where a file imports nothing: its place counts all the same. */
  readonly specifier: string | undefined
}

function edges(files: Files): Edge[] {
  return Object.entries(files).flatMap(([from, text]): Edge[] => {
    const specifiers = importsOf(from, text)
    return specifiers.length === 0
      ? [{ from, specifier: undefined }]
      : specifiers.map((specifier) => ({ from, specifier }))
  })
}

/** What a module imports: statically, again as an export, dynamically, and as the type `import('…')`. */
export function importsOf(path: string, text: string): string[] {
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) {
    throw new SyntaxError(`${path}: ${errors[0]!.message}`)
  }
  const specifiers = new Set<string>()
  const add = (source: { readonly type: string; readonly value?: unknown } | null) => {
    if (source?.type === 'Literal' && typeof source.value === 'string') {
      specifiers.add(source.value)
    }
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
  }).visit(program)
  return [...specifiers]
}

function floorOf(path: string): string {
  return path.split('/')[0]!.replace(/\.ts$/, '')
}

function packageFolderOf(path: string): string {
  const [top, name] = path.split('/')
  return top === 'packages' || top === 'examples' ? `${top}/${name}` : top!
}

function targetFolder(from: string, specifier: string, folderOf: (name: string) => string | undefined) {
  if (specifier.startsWith('.')) {
    return packageFolderOf(posix.join(posix.dirname(from), specifier))
  }
  const name = specifier.split('/', 2).join('/')
  return name.startsWith('@voltaic/') ? (folderOf(name) ?? name) : undefined
}

function rankOfPackage(folder: string): number {
  return packageRanks.findIndex((pattern) => pattern.test(folder))
}
