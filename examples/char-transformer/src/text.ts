import { readdir } from 'node:fs/promises'
import { readText } from '@voltaic/core/node'

const root = new URL('../../../', import.meta.url)
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']

/** The text of a file, or else this repository's documentation: its pages, then those of `docs` by name. */
export async function loadText(path: string | undefined): Promise<string> {
  if (path !== undefined) return readText(path)
  const files = await readdir(new URL('docs/', root))
  const docs = files.filter((file) => file.endsWith('.md')).sort()
  return readText([...pages, ...docs.map((file) => `docs/${file}`)].map((page) => new URL(page, root)))
}
