import { MisconfigurationError } from '../errors/errors.ts'
import { Module } from './module.ts'
import { Places, requireIterable } from './places.ts'

/**
 * Modules in a list, named by their places: `layers.0.weight`. It has no `forward`: the module around it uses them. An array of
 * modules does as well, where nothing is inserted or taken out by name.
 */
export class ModuleList<M extends Module = Module> extends Module {
  // Properties of the module, as any other's children are.
  [place: number]: M
  readonly #places: Places<M> = new Places(this, checkModule)

  /** @throws MisconfigurationError when one is no module */
  constructor(modules: Iterable<M> = []) {
    super()
    requireIterable('ModuleList', 'modules', modules)
    this.#places.append(...modules)
  }

  /** Number of modules. */
  get length(): number {
    return this.#places.length
  }

  /** The module at a place; negative ones count from the end. @throws OutOfRangeError when there is none */
  at(place: number): M {
    return this.#places.at(place)
  }

  /** Adds a module at the end. @throws MisconfigurationError when it is none */
  append(module: M): this {
    this.#places.append(module)
    return this
  }

  /** Adds modules at the end. @throws MisconfigurationError when one is none */
  extend(modules: Iterable<M>): this {
    requireIterable('ModuleList', 'modules', modules)
    this.#places.append(...modules)
    return this
  }

  /** Puts a module before the one at a place. @throws OutOfRangeError when there is no such place */
  insert(place: number, module: M): this {
    this.#places.insert(place, module)
    return this
  }

  /** Takes a module out, by default the last. @throws OutOfRangeError when there is none */
  pop(place = -1): M {
    return this.#places.pop(place)
  }

  /** The same modules from `start` to before `end`; negative places count from the end. */
  slice(start?: number, end?: number): ModuleList<M> {
    return new ModuleList(this.#places.slice(start, end))
  }

  /** The modules in their order. */
  [Symbol.iterator](): Generator<M, void> {
    return this.#places[Symbol.iterator]()
  }
}

function checkModule(module: unknown): void {
  if (module instanceof Module) return
  throw new MisconfigurationError(`ModuleList: takes modules, got ${describe(module)}`)
}

function describe(x: unknown): string {
  return typeof x === 'object' && x !== null ? x.constructor.name : typeof x
}
