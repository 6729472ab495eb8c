import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Fragment, fragmentsOf } from './fragments.ts'

const docs = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  { name: 'README.md', path: join(docs, '..', 'README.md') },
  ...(await readdir(docs))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => ({ name: `docs/${name}`, path: join(docs, name) })),
]

let folder = ''

beforeAll(async () => {
  // Inside docs, so that packages are found by their names.
  await mkdir(join(docs, '.fragments'), { recursive: true })
  folder = await mkdtemp(join(docs, '.fragments', 'run-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

for (const { name, path } of pages) {
  const fragments = fragmentsOf(await readFile(path, 'utf8'))
  if (fragments.length === 0) continue
  describe(name, () => {
    for (const fragment of fragments) {
      test(`the fragment at line ${fragment.line} runs and prints what it says`, { timeout: 60_000 }, () =>
        check(fragment),
      )
    }
  })
}

async function check({ code, line, printed }: Fragment): Promise<void> {
  const file = join(folder, `line-${line}-${crypto.randomUUID()}.ts`)
  await writeFile(file, code)
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...args) => void lines.push(format(...args)))
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  try {
    await import(/* @vite-ignore */ file)
  } finally {
    log.mockRestore()
    info.mockRestore()
  }
  // A line that prints in a loop has no single answer: such fragments are run, not compared.
  if (lines.length === printed.length) {
    for (const [i, expected] of printed.entries())
      if (expected !== null) expect(squeeze(lines[i]!)).toBe(squeeze(expected))
  }
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
