import { ExpiredTensorError, MisconfigurationError, ShapeError } from '../errors/errors.ts'
import { resolveAlias } from '../graph/alias.ts'
import { sameShape } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import type { Buffer, Parameter } from '../tensor/parameter.ts'
import { snapshot } from '../tensor/snapshot.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Values of parameters and buffers by their PyTorch name, in the order of the modules. */
export type StateDict = Map<string, Tensor>

export interface LoadStateDictOptions {
  /** Whether names that are missing or unexpected are an error. Default true. */
  readonly strict?: boolean
}

/** What `loadStateDict` did not use. Both are empty when it was strict. */
export interface LoadStateDictResult {
  /** Names of the module that the state does not have. */
  readonly missingKeys: readonly string[]
  /** Names of the state that the module does not have. */
  readonly unexpectedKeys: readonly string[]
}

type NamedSlots = Iterable<readonly [name: string, holder: Parameter | Buffer]>

/** Snapshots of all. @throws MisconfigurationError when two have one name */
export function stateOf(named: NamedSlots): StateDict {
  return new Map(Array.from(byName('stateDict', named), ([name, { slot }]) => [name, snapshot(slot)]))
}

/** Assigns `state` to the parameters and buffers of its names, or throws before it has touched any. */
export function loadState(
  moduleName: string,
  named: NamedSlots,
  state: ReadonlyMap<string, Tensor>,
  { strict = true }: LoadStateDictOptions,
): LoadStateDictResult {
  if (!(state instanceof Map)) {
    throw new MisconfigurationError(
      `loadStateDict: takes a Map of tensors by name, got ${typeof state}; write new Map(Object.entries(state))`,
    )
  }
  const own = byName('loadStateDict', named)
  const missingKeys = [...own.keys()].filter((name) => !state.has(name))
  const unexpectedKeys = [...state.keys()].filter((name) => !own.has(name))
  const pairs = Array.from(own, ([name, holder]) => ({ name, holder, value: state.get(name) })).filter(hasValue)

  const nameProblems = strict ? [...list('missing', missingKeys), ...list('unexpected', unexpectedKeys)] : []
  const shapeProblems = pairs
    .filter(({ holder, value }) => !sameShape(holder.shape, value.shape))
    .map(({ name, holder, value }) => `${name} has ${formatShape(value.shape)} for ${formatShape(holder.shape)}`)
  const problems = [...nameProblems, ...list('shapes', shapeProblems)].join('; ')
  if (nameProblems.length > 0) {
    throw new MisconfigurationError(
      `loadStateDict: the state does not fit ${moduleName}, got ${problems}; pass { strict: false } to load what fits by name`,
    )
  }
  if (shapeProblems.length > 0) {
    throw new ShapeError(`loadStateDict: the state does not fit ${moduleName}, got ${problems}`)
  }
  for (const { value } of pairs) {
    const { expired } = resolveAlias(value.value)
    if (expired !== null) throw new ExpiredTensorError(expired)
  }

  for (const { holder, value } of pairs) holder.assign(value.to(holder.dtype))
  return { missingKeys, unexpectedKeys }
}

function byName(who: string, named: NamedSlots): Map<string, Parameter | Buffer> {
  const found = new Map<string, Parameter | Buffer>()
  for (const [name, holder] of named) {
    if (found.has(name)) {
      throw new MisconfigurationError(
        `${who}: two parameters or buffers have one name, got ${name} twice; rename one of the properties`,
      )
    }
    found.set(name, holder)
  }
  return found
}

function hasValue<T extends { readonly value: Tensor | undefined }>(pair: T): pair is T & { readonly value: Tensor } {
  return pair.value !== undefined
}

function list(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`${title}: ${entries.join(', ')}`]
}
