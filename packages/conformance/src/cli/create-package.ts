import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MisconfigurationError } from '@voltaic/core'

const template = fileURLToPath(new URL('../../template', import.meta.url))
const files: readonly string[] = ['src/index.ts', 'test/conformance.test.ts', 'tsconfig.json', 'README.md']
const manifest = new URL('../../package.json', import.meta.url)

/**
 * Runs `voltaic-conformance create <folder>`.
 *
 * @returns the exit status
 */
export function runCreate(folders: readonly string[]): number {
  const [folder] = folders
  if (folder === undefined || folders.length > 1) {
    throw new MisconfigurationError(`voltaic-conformance: create takes one folder, got ${folders.length}`)
  }
  for (const file of createPackage(folder)) console.log(file)
  console.log(`\ncd ${folder}\nnpm install\nnpm test`)
  return 0
}

/**
 * Writes a package with an accelerator to start from, named after the folder.
 *
 * @returns the paths of its files
 * @throws MisconfigurationError when the name is none for an accelerator, or the folder is not empty
 */
export function createPackage(folder: string): string[] {
  const name = basename(resolve(folder))
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new MisconfigurationError(
      `create: an accelerator is named by lower-case words with hyphens between them, got ${JSON.stringify(name)}; name the folder so`,
    )
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new MisconfigurationError(`create: the folder is not empty, got ${folder}; choose another one`)
  }
  const camelCase = name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
  const named = (text: string) => text.replaceAll('my-accelerator', name).replaceAll('myAccelerator', camelCase)
  const contents = new Map(files.map((file) => [file, named(readFileSync(join(template, file), 'utf8'))]))
  contents.set('package.json', `${JSON.stringify(packageOf(name), null, 2)}\n`)
  contents.set('.gitignore', 'node_modules/\ndist/\n')
  return Array.from(contents, ([file, text]) => {
    const path = join(folder, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  })
}

function packageOf(name: string): object {
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  return {
    name,
    version: '0.0.0',
    description: 'An accelerator for Voltaic',
    keywords: ['voltaic', 'accelerator'],
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist'],
    scripts: {
      build: 'tsc',
      test: 'vitest run',
      conformance: 'tsc && voltaic-conformance dist/index.js',
    },
    peerDependencies: { '@voltaic/core': `^${version}` },
    devDependencies: {
      '@voltaic/conformance': `^${version}`,
      '@voltaic/core': `^${version}`,
      typescript: '>=5.8',
      vitest: '^4.0.0',
    },
  }
}
