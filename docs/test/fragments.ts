/** A piece of TypeScript in a page. */
export interface Fragment {
  readonly code: string
  /** The name under which the other fragments import it, or null without one. */
  readonly file: string | null
  /** Line of the page, from 1. */
  readonly line: number
  /** For each line that calls `console.log`, what the comment behind it says is printed, or null without one. */
  readonly printed: readonly (string | null)[]
}

const fence =
  /(?:<!-- file (?<file>[\w-]+\.ts) -->\s*)?(?:<!-- setup\n(?<setup>[\s\S]*?)-->\s*)?```ts\n(?<code>[\s\S]*?)```/g

/**
 * The fragments of a page. A comment `<!-- setup … -->` right before one holds code that readers need not see. One behind
 * `<!-- file name.ts -->` prints nothing, and others import from './name.ts' what it exports.
 */
export function fragmentsOf(page: string): Fragment[] {
  return [...page.matchAll(fence)].map(({ groups, index, 0: whole }) => {
    const { file = null, setup = '', code = '' } = groups as { file?: string; setup?: string; code: string }
    const opening = index + whole.lastIndexOf('```ts\n')
    return { code: `${setup}${code}`, file, line: page.slice(0, opening).split('\n').length, printed: printedBy(code) }
  })
}

function printedBy(code: string): (string | null)[] {
  const calls = code.split('\n').filter((line) => line.includes('console.log('))
  return calls.map((line) => /\) \/\/ (?<comment>.*)$/.exec(line)?.groups?.comment ?? null)
}
