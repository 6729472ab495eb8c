import type { Batches } from '../data/batches.ts'
import { DataLoader } from '../data/data-loader.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { LoaderHooks } from '../module/data-hooks.ts'
import { checkBatches } from './batches.ts'

/** What a loader is for. */
export type LoaderKind = 'train' | 'val' | 'test' | 'predict'

const hookOf = {
  train: 'trainDataloader',
  val: 'valDataloader',
  test: 'testDataloader',
  predict: 'predictDataloader',
} as const satisfies Record<LoaderKind, keyof LoaderHooks<unknown>>

/** Loaders by what they are for; of an evaluation one or several. */
export type GivenLoaders = { readonly [Kind in LoaderKind]?: unknown }

export interface LoaderSourceOptions {
  /** Who may have hooks that give loaders: the first that has one is asked. */
  readonly owners: readonly LoaderHooks<unknown>[]
  /** Kinds whose batches come in the same order in every epoch. */
  readonly unshuffled?: ReadonlySet<LoaderKind>
}

/** The loaders of a run: those that it was given, or else those of hooks, which are asked once and as late as can be. */
export class LoaderSource {
  readonly #who: string
  readonly #given: GivenLoaders
  /** Who may have a hook, the first one first. */
  readonly #owners: readonly LoaderHooks<unknown>[]
  /** Kinds whose batches come in the same order in every epoch. */
  readonly #unshuffled: ReadonlySet<LoaderKind>
  readonly #loaded = new Map<LoaderKind, readonly Batches<unknown>[]>()

  /** @throws MisconfigurationError when something given cannot be iterated */
  constructor(who: string, given: GivenLoaders, { owners, unshuffled = new Set() }: LoaderSourceOptions) {
    this.#who = who
    this.#given = given
    this.#owners = owners
    this.#unshuffled = unshuffled
    for (const kind of Object.keys(hookOf) as LoaderKind[]) {
      if (given[kind] !== undefined) this.#take(kind, given[kind])
    }
  }

  has(kind: LoaderKind): boolean {
    return this.#given[kind] !== undefined || this.#ownerOf(kind) !== undefined
  }

  #ownerOf(kind: LoaderKind): LoaderHooks<unknown> | undefined {
    return this.#owners.find((owner) => owner[hookOf[kind]] !== undefined)
  }

  /**
   * The loaders of a kind; none where there are no data of it.
   *
   * @throws MisconfigurationError when a hook gave nothing that can be iterated
   */
  async get(kind: LoaderKind): Promise<readonly Batches<unknown>[]> {
    const known = this.#loaded.get(kind)
    return known ?? this.#take(kind, await this.#request(kind))
  }

  /** The same at once. @throws MisconfigurationError when a hook that gives a promise was not yet asked */
  getNow(kind: LoaderKind): readonly Batches<unknown>[] {
    const known = this.#loaded.get(kind)
    if (known !== undefined) return known
    const requested = this.#request(kind)
    if (requested instanceof Promise) {
      requested.catch(() => {})
      throw new MisconfigurationError(
        `${this.#who}: ${hookOf[kind]} is asynchronous, got a promise where its loader is needed at once; look at it from onTrainStart on`,
      )
    }
    return this.#take(kind, requested)
  }

  /**
   * The epoch that each loader takes next, of kinds that were asked for; null for what counts none.
   *
   * @param isTraining - whether the training loader is in the middle of an epoch, which counts then
   */
  epochs(isTraining: boolean): LoaderEpochs {
    const epochOf = (kind: LoaderKind, loader: Batches<unknown>) => {
      if (!(loader instanceof DataLoader)) return null
      return kind === 'train' && isTraining ? Math.max(loader.epoch - 1, 0) : loader.epoch
    }
    return Object.fromEntries(
      Array.from(this.#loaded, ([kind, loaders]) => [kind, loaders.map((loader) => epochOf(kind, loader))]),
    )
  }

  /** Makes loaders take the epochs that they were to take when the state was saved. */
  async restore(epochs: LoaderEpochs): Promise<void> {
    for (const [kind, ofKind] of Object.entries(epochs) as [LoaderKind, readonly (number | null)[]][]) {
      if (!this.has(kind)) continue
      for (const [i, loader] of (await this.get(kind)).entries()) {
        const epoch = ofKind[i] ?? null
        if (loader instanceof DataLoader && epoch !== null) loader.setEpoch(epoch)
      }
    }
  }

  #request(kind: LoaderKind): unknown {
    const given = this.#given[kind]
    return given === undefined ? this.#ownerOf(kind)?.[hookOf[kind]]?.() : given
  }

  #take(kind: LoaderKind, source: unknown): readonly Batches<unknown>[] {
    const who = this.#given[kind] === undefined ? hookOf[kind] : this.#who
    const sources = source === undefined ? [] : loadersIn(source, kind)
    for (const each of sources) checkBatches(who, each)
    const batches = sources as readonly Batches<unknown>[]
    const loaders = this.#unshuffled.has(kind) ? batches.map(unshuffled) : batches
    this.#loaded.set(kind, loaders)
    return loaders
  }
}

/** By kind, for each loader the epoch that it takes next. */
export type LoaderEpochs = { readonly [Kind in LoaderKind]?: readonly (number | null)[] }

/**
 * The batches of the epoch that `source` takes next, from `first` on. What counts no epochs is read from its beginning, and what
 * comes before is dropped.
 */
export function batchesFrom(source: Batches<unknown>, first: number): Batches<unknown> {
  if (first === 0) return source
  if (!(source instanceof DataLoader)) return dropped(source, first)
  const { epoch } = source
  source.setEpoch(epoch + 1)
  return source.batches(epoch, first)
}

async function* dropped(source: Batches<unknown>, count: number): AsyncGenerator<unknown> {
  let batchIdx = 0
  for await (const batch of source) if (batchIdx++ >= count) yield batch
}

/** The loaders in what was given: a list of them, or one. */
function loadersIn(source: unknown, kind: LoaderKind): readonly unknown[] {
  const isList = kind !== 'train' && Array.isArray(source) && source.length > 0 && source.every(isLoader)
  return isList ? source : [source]
}

/** A list of batches may hold arrays. */
function isLoader(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry) || ArrayBuffer.isView(entry)) return false
  return Symbol.iterator in entry || Symbol.asyncIterator in entry
}

function unshuffled(source: Batches<unknown>): Batches<unknown> {
  return source instanceof DataLoader ? source.unshuffled() : source
}
