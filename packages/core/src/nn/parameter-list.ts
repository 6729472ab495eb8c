import { MisconfigurationError } from '../errors/errors.ts'
import { Parameter } from '../tensor/parameter.ts'
import { Tensor } from '../tensor/tensor.ts'
import { Module } from './module.ts'
import { Places, requireIterable } from './places.ts'

/** Parameters in a list, named by their places: `gains.0`. Tensors that are none become parameters. */
export class ParameterList extends Module {
  // Properties of the module, as any other's parameters are.
  [place: number]: Parameter
  readonly #places: Places<Parameter> = new Places(this, () => {})

  /** @throws MisconfigurationError when one is no tensor */
  constructor(parameters: Iterable<Tensor> = []) {
    super()
    this.extend(parameters)
  }

  /** Number of parameters. */
  get length(): number {
    return this.#places.length
  }

  /** The parameter at a place; negative ones count from the end. @throws OutOfRangeError when there is none */
  at(place: number): Parameter {
    return this.#places.at(place)
  }

  /** Adds a parameter at the end. @throws MisconfigurationError when it is no tensor */
  append(parameter: Tensor): this {
    this.#places.append(asParameter('ParameterList', parameter))
    return this
  }

  /** Adds parameters at the end. @throws MisconfigurationError when one is no tensor */
  extend(parameters: Iterable<Tensor>): this {
    requireIterable('ParameterList', 'parameters', parameters)
    this.#places.append(...Array.from(parameters, (parameter) => asParameter('ParameterList', parameter)))
    return this
  }

  /** Takes a parameter out, by default the last. @throws OutOfRangeError when there is none */
  pop(place = -1): Parameter {
    return this.#places.pop(place)
  }

  /** The parameters in their order. */
  [Symbol.iterator](): Generator<Parameter, void> {
    return this.#places[Symbol.iterator]()
  }
}

/** A tensor as a parameter: itself, if it is one. @throws MisconfigurationError when it is no tensor */
export function asParameter(who: string, x: unknown): Parameter {
  if (x instanceof Parameter) return x
  if (x instanceof Tensor) return new Parameter(x)
  throw new MisconfigurationError(`${who}: takes parameters, got ${x === null ? 'null' : typeof x}`)
}
