import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'
import { MisconfigurationError } from '@voltaic/core'
import { formatHtml } from '../report/html.ts'
import { formatMarkdown } from '../report/markdown.ts'
import type { CaseResult } from '../suite/case.ts'
import { conformanceCases } from '../suite/cases.ts'
import type { KnownFailure } from '../suite/known-failures.ts'
import { passes, type Report, suiteVersion, summarize } from '../suite/report.ts'
import { type RunConformanceOptions, runConformance } from '../suite/run-conformance.ts'
import { type CliArguments, parseArguments } from './arguments.ts'
import { runCreate } from './create-package.ts'
import { loadFactory } from './load-factory.ts'
import { Progress } from './progress.ts'

/** What is kept of a run that has not ended. */
type Unfinished = Pick<Report, 'accelerator' | 'suiteVersion' | 'seed' | 'cases'>

const millisecondsBetweenSaves = 5000

/** How a command that runs the command line for its users looks to them. */
export interface CliOptions {
  /** What is printed for running a case again, without the case and the seed. Default: npx and the module. */
  readonly command?: string
}

/**
 * Runs the command line.
 *
 * @returns the exit status: 0 when nothing failed, 1 when something did or there is no device
 * @throws MisconfigurationError when arguments make no sense
 */
export async function runCli(args: readonly string[], { command }: CliOptions = {}): Promise<number> {
  if (args[0] === 'create') return runCreate(args.slice(1))
  const told = parseArguments(args)
  if (told.list) {
    for (const { id } of conformanceCases()) console.log(id)
    return 0
  }
  const create = await loadFactory(told.module, told.export)
  const { name } = create()
  const before = told.resume ? readUnfinished(told, name) : undefined
  const seed = told.seed ?? before?.seed ?? Math.floor(Math.random() * 2 ** 31)
  const module = told.export === undefined ? told.module : `${told.module}#${told.export}`
  const progress = new Progress(command ?? `npx voltaic-conformance ${module}`, seed)
  const results: CaseResult[] = []
  let saved = performance.now()

  const report = await runConformance(create, {
    ...optionsOf(told),
    seed,
    environment: environment(),
    completed: before?.cases ?? [],
    onResult(result, counts) {
      results.push(result)
      progress.show(result, counts)
      if (told.json === undefined || performance.now() - saved < millisecondsBetweenSaves) return
      writeWhole(
        told.json,
        JSON.stringify({ accelerator: name, suiteVersion, seed, cases: results } satisfies Unfinished),
      )
      saved = performance.now()
    },
  })
  progress.end()
  if (told.json !== undefined) writeWhole(told.json, `${JSON.stringify(report, null, 1)}\n`)
  if (told.markdown !== undefined) writeWhole(told.markdown, formatMarkdown([report]))
  if (told.html !== undefined) writeWhole(told.html, formatHtml([report]))
  console.log(summarize(report))
  const unavailable = report.cases.find(({ status }) => status === 'unavailable')
  if (unavailable !== undefined) console.log(`no device: ${unavailable.reason}`)
  return passes(report) ? 0 : 1
}

function optionsOf({ profiles, cases, sample, knownFailures }: CliArguments): RunConformanceOptions {
  return {
    ...(profiles === undefined ? {} : { profiles }),
    ...(cases === undefined ? {} : { cases }),
    ...(sample === undefined ? {} : { sample }),
    ...(knownFailures === undefined ? {} : { knownFailures: readJson<KnownFailure[]>(knownFailures) }),
  }
}

/** What an earlier run has come to. Its failures are run again. */
function readUnfinished({ json, seed }: CliArguments, accelerator: string): Unfinished | undefined {
  if (json === undefined)
    throw new MisconfigurationError('voltaic-conformance: --resume needs the report of --json, got none')
  if (!existsSync(json)) return undefined
  const before = readJson<Unfinished>(json)
  const fits = before.accelerator === accelerator && before.suiteVersion === suiteVersion
  if (!fits || (seed !== undefined && seed !== before.seed)) {
    throw new MisconfigurationError(
      `voltaic-conformance: ${json} is of another run, got ${before.accelerator}, suite ${before.suiteVersion}, seed ${before.seed}; remove it, or leave --resume out`,
    )
  }
  const settled = before.cases.filter(({ status }) => status === 'pass' || status === 'unsupported')
  return { ...before, cases: settled }
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

/** Never leaves half a file, whenever the process ends. */
function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.partial`, text)
  renameSync(`${file}.partial`, file)
}

function environment(): string {
  return `Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`
}
