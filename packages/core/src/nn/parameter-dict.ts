import type { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Entries, Keyed } from './keyed.ts'
import type { Named } from './members.ts'
import { Module } from './module.ts'
import { asParameter } from './parameter-list.ts'

/** Parameters by keys, which name them as they are written: `scales.query`. Tensors that are none become parameters. */
export class ParameterDict extends Module {
  readonly #keyed = new Keyed<Parameter>('ParameterDict', (parameter) => asParameter('ParameterDict', parameter))

  /** @throws MisconfigurationError when a key has a dot or is empty, or a member is no tensor */
  constructor(parameters: Entries<Tensor> = {}) {
    super()
    this.update(parameters)
  }

  /** Number of parameters. */
  get size(): number {
    return this.#keyed.map.size
  }

  /** The parameter of a key. @throws MisconfigurationError when there is none */
  get(key: string): Parameter {
    return this.#keyed.get(key)
  }

  has(key: string): boolean {
    return this.#keyed.map.has(key)
  }

  /** Adds a parameter, or replaces the one of that key. @throws MisconfigurationError as the constructor */
  set(key: string, parameter: Tensor): this {
    this.#keyed.set(key, parameter)
    return this
  }

  /** Adds parameters, or replaces those of their keys. @throws MisconfigurationError as the constructor */
  update(parameters: Entries<Tensor>): this {
    this.#keyed.update(parameters)
    return this
  }

  /** Takes the parameter of a key out. @throws MisconfigurationError when there is none */
  pop(key: string): Parameter {
    return this.#keyed.pop(key)
  }

  clear(): void {
    this.#keyed.clear()
  }

  keys(): IterableIterator<string> {
    return this.#keyed.map.keys()
  }

  values(): IterableIterator<Parameter> {
    return this.#keyed.map.values()
  }

  entries(): IterableIterator<[key: string, parameter: Parameter]> {
    return this.#keyed.map.entries()
  }

  /** Keys and parameters in the order in which the keys came. */
  [Symbol.iterator](): IterableIterator<[key: string, parameter: Parameter]> {
    return this.entries()
  }

  override *ownMembers(): Generator<Named<unknown>> {
    yield* super.ownMembers()
    yield* this.#keyed.map
  }
}
