import { MisconfigurationError } from '../errors/errors.ts'
import { type Entries, Keyed } from './keyed.ts'
import type { Named } from './members.ts'
import { Module } from './module.ts'

/**
 * Modules by keys, which name them as they are written: `heads.digits.weight`. It has no `forward`: the module around it uses
 * them.
 */
export class ModuleDict<M extends Module = Module> extends Module {
  readonly #keyed = new Keyed<M>('ModuleDict', asModule)

  /** @throws MisconfigurationError when a key has a dot or is empty, or a member is no module */
  constructor(modules: Entries<M> = {}) {
    super()
    this.update(modules)
  }

  /** Number of modules. */
  get size(): number {
    return this.#keyed.map.size
  }

  /** The module of a key. @throws MisconfigurationError when there is none */
  get(key: string): M {
    return this.#keyed.get(key)
  }

  has(key: string): boolean {
    return this.#keyed.map.has(key)
  }

  /** Adds a module, or replaces the one of that key. @throws MisconfigurationError as the constructor */
  set(key: string, module: M): this {
    this.#keyed.set(key, module)
    return this
  }

  /** Adds modules, or replaces those of their keys. @throws MisconfigurationError as the constructor */
  update(modules: Entries<M>): this {
    this.#keyed.update(modules)
    return this
  }

  /** Takes the module of a key out. @throws MisconfigurationError when there is none */
  pop(key: string): M {
    return this.#keyed.pop(key)
  }

  clear(): void {
    this.#keyed.clear()
  }

  keys(): IterableIterator<string> {
    return this.#keyed.map.keys()
  }

  values(): IterableIterator<M> {
    return this.#keyed.map.values()
  }

  entries(): IterableIterator<[key: string, module: M]> {
    return this.#keyed.map.entries()
  }

  /** Keys and modules in the order in which the keys came. */
  [Symbol.iterator](): IterableIterator<[key: string, module: M]> {
    return this.entries()
  }

  override *ownMembers(): Generator<Named<unknown>> {
    yield* super.ownMembers()
    yield* this.#keyed.map
  }
}

function asModule<M extends Module>(module: unknown): M {
  if (module instanceof Module) return module as M
  throw new MisconfigurationError(`ModuleDict: takes modules, got ${module === null ? 'null' : typeof module}`)
}
