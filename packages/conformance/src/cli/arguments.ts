import { parseArgs } from 'node:util'
import { MisconfigurationError } from '@voltaic/core'
import { type ProfileName, profileNames } from '../suite/profiles.ts'

/** What the command is told. */
export interface CliArguments {
  /** Path or name of a module, and of the factory that it exports where that is not clear. */
  readonly module: string
  readonly export: string | undefined
  readonly profiles: readonly ProfileName[] | undefined
  readonly cases: readonly string[] | undefined
  readonly seed: number | undefined
  readonly sample: number | undefined
  readonly json: string | undefined
  readonly markdown: string | undefined
  readonly html: string | undefined
  readonly knownFailures: string | undefined
  readonly resume: boolean
  readonly list: boolean
}

const usage = `voltaic-conformance <module[#export]> [options]
voltaic-conformance create <folder>      writes the package of an accelerator to start from

  --profile NAME          run a profile, which then has to be kept in full; may be repeated:
                          ${profileNames.join(', ')}
  --case ID               run a case, or all whose ids begin so; * stands for anything; may be repeated
  --seed N                repeat a run
  --sample PART           all of core-f32, and this part (0 to 1) of the rest
  --known-failures FILE   JSON: [{ "id", "error", "reason", "link" }]
  --json FILE             write the report
  --resume                go on with the run whose report --json names
  --markdown FILE         write a page about the run
  --html FILE             write a page about the run
  --list                  print the ids of the cases, and run nothing`

/** @throws MisconfigurationError when they make no sense */
export function parseArguments(args: readonly string[]): CliArguments {
  const { values, positionals } = parse(args)
  const [name, ...others] = positionals
  if (name === undefined || others.length > 0) {
    throw new MisconfigurationError(`voltaic-conformance: takes one module, got ${positionals.length}\n\n${usage}`)
  }
  const [module, exported] = name.split('#')
  return {
    module: module!,
    export: exported,
    profiles: values.profile as ProfileName[] | undefined,
    cases: values.case,
    seed: numberOf('--seed', values.seed),
    sample: numberOf('--sample', values.sample),
    json: values.json,
    markdown: values.markdown,
    html: values.html,
    knownFailures: values['known-failures'],
    resume: values.resume ?? false,
    list: values.list ?? false,
  }
}

function parse(args: readonly string[]) {
  const options = {
    profile: { type: 'string', multiple: true },
    case: { type: 'string', multiple: true },
    seed: { type: 'string' },
    sample: { type: 'string' },
    'known-failures': { type: 'string' },
    json: { type: 'string' },
    resume: { type: 'boolean' },
    markdown: { type: 'string' },
    html: { type: 'string' },
    list: { type: 'boolean' },
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new MisconfigurationError(`voltaic-conformance: ${(error as Error).message}\n\n${usage}`)
  }
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const x = Number(text)
  if (text === '' || !Number.isFinite(x) || x < 0) {
    throw new MisconfigurationError(`voltaic-conformance: ${flag} is a number ≥ 0, got ${JSON.stringify(text)}`)
  }
  return x
}
