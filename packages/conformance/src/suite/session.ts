import { type Accelerator, HostRandom, MisconfigurationError, reference } from '@voltaic/core'
import type { CaseContext, CaseOptions, CaseResult, ConformanceCase } from './case.ts'
import { conformanceCases } from './cases.ts'
import { formatFailure } from './format-failure.ts'
import { type KnownFailure, knownFailuresById } from './known-failures.ts'
import { claimedProfiles, type ProfileName, profileNames, profilesOf } from './profiles.ts'
import { missingFrom } from './requirements.ts'

export interface ConformanceOptions {
  /**
   * The profiles to run, which the accelerator then has to keep in full. Default: every case, with the profiles that the
   * accelerator claims by its capabilities (`claimedProfiles`).
   */
  readonly profiles?: readonly ProfileName[]
  /** Ids of the cases to run, or their beginnings (`'ops/add'`), with `*` for anything between. Default: all. */
  readonly cases?: readonly string[]
  /** Of everything that is drawn. Default: another one each time. */
  readonly seed?: number
  /** Runs all of core-f32, and of the other profiles this part (0 to 1), drawn with the seed. Default 1. */
  readonly sample?: number
  readonly knownFailures?: readonly KnownFailure[]
  /** Passed on to the cases. */
  readonly caseOptions?: CaseOptions
  /** Milliseconds after which a case has failed. Default: 120 000. */
  readonly timeout?: number
  /** The cases to choose from. Default: all of the suite. */
  readonly suite?: readonly ConformanceCase[]
}

/** A case, and what is known of it before it runs. */
export interface PlannedCase {
  readonly case: ConformanceCase
  readonly profile: ProfileName
  /** What is missing for it to run; null when nothing is. */
  readonly unsupported: string | null
  /** Whether a profile that is claimed promises what is missing: then the case has failed. */
  readonly isPromised: boolean
}

/** One accelerator under test: the plan, and what runs its cases one by one. */
export class ConformanceSession {
  readonly accelerator: Accelerator
  readonly seed: number
  readonly profiles: readonly ProfileName[]
  readonly plan: readonly PlannedCase[]
  readonly #create: () => Accelerator
  readonly #reference = reference()
  readonly #options: ConformanceOptions
  readonly #known: ReadonlyMap<string, KnownFailure>

  /**
   * A session whose accelerator has looked for its device: some declare only then what they can.
   *
   * @throws MisconfigurationError when options name what there is not
   */
  static async prepare(create: () => Accelerator, options: ConformanceOptions = {}): Promise<ConformanceSession> {
    const accelerator = create()
    await accelerator.isAvailable()
    return new ConformanceSession(create, options, accelerator)
  }

  /** @throws MisconfigurationError when options name what there is not */
  constructor(create: () => Accelerator, options: ConformanceOptions = {}, accelerator: Accelerator = create()) {
    const { seed = freshSeed(), suite = conformanceCases(), profiles, knownFailures = [] } = options
    for (const name of profiles ?? []) {
      if (profileNames.includes(name)) continue
      throw new MisconfigurationError(
        `profiles: there is no such profile, got ${name}; there are ${profileNames.join(', ')}`,
      )
    }
    this.accelerator = accelerator
    this.seed = seed
    this.profiles = profiles ?? claimedProfiles(this.accelerator.capabilities)
    this.#create = create
    this.#options = options
    this.#known = knownFailuresById(knownFailures, new Set(suite.map(({ id }) => id)))
    this.plan = suite.flatMap((one) => this.#planned(one))
    if (this.plan.length === 0) {
      const asked = [...(options.cases ?? []), ...(profiles ?? [])].join(', ')
      throw new MisconfigurationError(`cases: nothing to run, got ${asked}; an id or its beginning names cases`)
    }
  }

  /** Sets up the accelerator and the reference; gives the device, or why there is none. */
  async open(): Promise<{ readonly device: string; readonly unavailable: string | null }> {
    const availability = await this.accelerator.isAvailable()
    if (!availability.available) {
      return { device: '', unavailable: `${availability.reason}; ${availability.remedy}` }
    }
    await this.accelerator.setup()
    await this.#reference.setup()
    return { device: availability.device, unavailable: null }
  }

  async close(): Promise<void> {
    await this.#reference.teardown()
    await this.accelerator.teardown()
  }

  /** Runs one case, unless what it needs is not declared. Never rejects. */
  async run({ case: one, profile, unsupported, isPromised }: PlannedCase): Promise<CaseResult> {
    const { id, layer } = one
    if (unsupported !== null) {
      const reason = isPromised
        ? `${profile} promises what is not declared: ${unsupported}`
        : `not declared: ${unsupported}`
      return { id, layer, profile, status: isPromised ? 'fail' : 'unsupported', reason, ms: 0 }
    }
    const start = performance.now()
    const error = await this.#errorOf(one)
    const ms = Math.round((performance.now() - start) * 100) / 100
    return { id, layer, profile, ...judged(error, this.#known.get(id)), ms }
  }

  /** What `one` rejects with; null when it does not. */
  async #errorOf(one: ConformanceCase): Promise<unknown> {
    const { timeout = 120_000, caseOptions = {} } = this.#options
    const context: CaseContext = {
      accelerator: this.accelerator,
      create: this.#create,
      reference: this.#reference,
      seed: this.seed,
      options: caseOptions,
    }
    try {
      await withTimeout(one.run(context), timeout)
      return null
    } catch (error) {
      return error ?? new Error('rejected with nothing')
    }
  }

  #planned(one: ConformanceCase): PlannedCase[] {
    const { cases, profiles, sample = 1 } = this.#options
    const home = profilesOf(one.requires)
    const profile = home.at(-1)!
    if (cases !== undefined && !cases.some((pattern) => matches(one.id, pattern))) return []
    if (profiles !== undefined && !profiles.includes(profile)) return []
    if (profile !== 'core-f32' && sample < 1 && !isDrawn(one.id, this.seed, sample)) return []
    const { declared, nature } = missingFrom(this.accelerator, one.requires)
    const missing = [...declared, ...nature]
    const unsupported = missing.length === 0 ? null : missing.slice(0, 4).join(', ')
    const isPromised = declared.length > 0 && home.every((name) => this.profiles.includes(name))
    return [{ case: one, profile, unsupported, isPromised }]
  }
}

function judged(error: unknown, known: KnownFailure | undefined): Pick<CaseResult, 'status' | 'reason'> {
  if (known === undefined) {
    return error === null ? { status: 'pass', reason: '' } : { status: 'fail', reason: formatFailure(error) }
  }
  if (error === null) {
    return { status: 'fail', reason: `passes, though it is a known failure (${known.link}); take it off the list` }
  }
  const reason = formatFailure(error)
  if (reason.includes(known.error)) return { status: 'pass', reason: `known failure: ${known.reason} (${known.link})` }
  return { status: 'fail', reason: `a known failure, but not for the known reason (${known.error}): ${reason}` }
}

/** Whether `pattern` is the id, its beginning up to a slash, or, with `*` for anything, the whole of it. */
function matches(id: string, pattern: string): boolean {
  if (id === pattern || id.startsWith(`${pattern}/`)) return true
  if (!pattern.includes('*')) return false
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(id)
}

function isDrawn(id: string, seed: number, sample: number): boolean {
  return new HostRandom(seed, `sample ${id}`).uniform() < sample
}

function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 31)
}

async function withTimeout(work: Promise<void>, timeout: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result within ${timeout} ms`)), timeout)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
