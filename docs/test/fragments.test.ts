import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Fragment, fragmentsOf } from './fragments.ts'

const docs = fileURLToPath(new URL('..', import.meta.url))
const files = ['../README.md', ...(await readdir(docs)).filter((name) => name.endsWith('.md')).sort()]
const pages = await Promise.all(
  files.map(async (file) => ({
    name: relative(dirname(docs), join(docs, file)),
    fragments: fragmentsOf(await readFile(join(docs, file), 'utf8')),
  })),
)

let folder = ''

beforeAll(async () => {
  // Inside docs, so that packages are found by their names.
  await mkdir(join(docs, '.fragments'), { recursive: true })
  folder = await mkdtemp(join(docs, '.fragments', 'run-'))
  for (const { file, code } of pages.flatMap(({ fragments }) => fragments)) {
    if (file !== null) await writeFile(join(folder, file), code)
  }
})

afterAll(() => rm(folder, { recursive: true, force: true }))

for (const { name, fragments } of pages) {
  if (fragments.length === 0) continue
  describe(name, () => {
    for (const fragment of fragments) {
      test(`the fragment at line ${fragment.line} runs and prints what it says`, { timeout: 60_000 }, () =>
        check(fragment),
      )
    }
  })
}

async function check({ code, file, line, printed }: Fragment): Promise<void> {
  const path = join(folder, file ?? `line-${line}-${crypto.randomUUID()}.ts`)
  if (file === null) await writeFile(path, code)
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...args) => void lines.push(format(...args)))
  const others = (['info', 'warn'] as const).map((name) => vi.spyOn(console, name).mockImplementation(() => {}))
  try {
    await import(/* @vite-ignore */ path)
  } finally {
    log.mockRestore()
    for (const other of others) other.mockRestore()
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
