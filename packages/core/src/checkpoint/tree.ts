import { DataError, MisconfigurationError } from '../errors/errors.ts'
import { type HostTensor, isHostTensor } from '../graph/host-tensor.ts'
import { hostValue } from '../tensor/host-data.ts'
import { Tensor } from '../tensor/tensor.ts'

/*
 * A checkpoint is nested; a file of tensors is flat. In the tree that JSON holds each tensor is a reference by name, and what
 * JSON has no word for is a mark: an object with a key that begins with `$`. A key of the user's that does so gets one more.
 */

/** A tensor in place of which the tree has a reference. */
export interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor | HostTensor
}

/** A checkpoint taken apart. */
export interface FlatTree {
  /** Plain JSON. */
  readonly tree: unknown
  readonly tensors: readonly NamedTensor[]
}

const [reference, hostReference, number, map] = ['$tensor', '$hostTensor', '$number', '$map'] as const

/**
 * Takes nested data apart: null, booleans, numbers, texts, lists, plain objects, maps with texts as keys, tensors and host
 * tensors. A property that is undefined is left out.
 *
 * @throws MisconfigurationError naming the place of anything else
 */
export function flattenTree(root: unknown): FlatTree {
  const tensors: NamedTensor[] = []
  const taken = new Set<string>()
  const above = new Set<object>()

  const addTensor = (path: Path, tensor: Tensor | HostTensor): string => {
    const wanted = path.join('.')
    let name = wanted
    // Keys may have dots of their own.
    for (let count = 2; taken.has(name); count++) name = `${wanted}#${count}`
    taken.add(name)
    tensors.push({ name, tensor })
    return name
  }
  const visitKeys = (path: Path, entries: Iterable<readonly [string, unknown]>): [string, unknown][] =>
    Array.from(entries, ([key, value]) => [key, visit([...path, key], value)])
  const visitObject = (path: Path, value: object): unknown => {
    if (value instanceof Tensor) return { [reference]: addTensor(path, value) }
    if (isHostTensor(value)) return { [hostReference]: addTensor(path, value) }
    if (Array.isArray(value)) return Array.from(value, (item, i) => visit([...path, `${i}`], item))
    if (value instanceof Map) {
      if ([...value.keys()].some((key) => typeof key !== 'string')) throw refused(path, 'a Map whose keys are no texts')
      return { [map]: visitKeys(path, value) }
    }
    if (!isPlainObject(value)) throw refused(path, `a ${value.constructor?.name ?? 'strange object'}`)
    const defined = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return Object.fromEntries(visitKeys(path, defined).map(([key, inner]) => [escaped(key), inner]))
  }
  const visit = (path: Path, value: unknown): unknown => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') return isJsonNumber(value) ? value : { [number]: numberText(value) }
    if (typeof value !== 'object') throw refused(path, `a ${typeof value}`)
    if (above.has(value)) throw refused(path, 'an object inside itself')
    above.add(value)
    const visited = visitObject(path, value)
    above.delete(value)
    return visited
  }
  return { tree: visit([], root), tensors }
}

/**
 * Puts nested data together again.
 *
 * @param tensorOf - the tensor of a name; throws if there is none
 * @throws DataError when the tree has a mark that there is not
 */
export function unflattenTree(tree: unknown, tensorOf: (name: string) => HostTensor): unknown {
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(visit)
    const entries = Object.entries(value)
    const [key, inner] = entries[0] ?? ['', null]
    if (!key.startsWith('$') || key.startsWith('$$')) {
      return Object.fromEntries(entries.map(([name, property]) => [unescaped(name), visit(property)]))
    }
    if (key === reference) return new Tensor(hostValue(tensorOf(String(inner))))
    if (key === hostReference) return tensorOf(String(inner))
    if (key === number) return Number(inner)
    if (key === map) return new Map((inner as [string, unknown][]).map(([name, item]) => [name, visit(item)]))
    throw new DataError(
      `checkpoint: there is no such mark, got ${JSON.stringify(key)}; a newer version may have saved it`,
    )
  }
  return visit(tree)
}

type Path = readonly string[]

function isJsonNumber(x: number): boolean {
  return Number.isFinite(x) && !Object.is(x, -0)
}

function numberText(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x)
}

function escaped(key: string): string {
  return key.startsWith('$') ? `$${key}` : key
}

function unescaped(key: string): string {
  return key.startsWith('$') ? key.slice(1) : key
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refused(path: Path, got: string): MisconfigurationError {
  const place = path.length === 0 ? 'it' : path.join('.')
  return new MisconfigurationError(
    `checkpoint: ${place} is no plain data, got ${got}; save numbers, texts, lists, plain objects, Maps and tensors`,
  )
}
