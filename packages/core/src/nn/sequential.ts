import { MisconfigurationError } from '../errors/errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Layer, Module } from './module.ts'
import { Places } from './places.ts'

/**
 * Layers one after the other: the output of one is the input of the next. They are named by their places: `0.weight`.
 *
 * ```ts
 * const net = new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 10))
 * net[0] // the first layer
 * net.at(-1) // the last
 * ```
 */
export class Sequential extends Module {
  // Properties of the module, as any other's children are.
  [place: number]: Layer
  readonly #places: Places<Layer> = new Places(this, checkLayer)

  /** @throws MisconfigurationError when one has no `forward` */
  constructor(...layers: Layer[]) {
    super()
    this.#places.append(...layers)
  }

  /** Number of layers. */
  get length(): number {
    return this.#places.length
  }

  /** The layer at a place; negative ones count from the end. @throws OutOfRangeError when there is none */
  at(place: number): Layer {
    return this.#places.at(place)
  }

  /** Adds a layer at the end. @throws MisconfigurationError when it has no `forward` */
  append(layer: Layer): this {
    this.#places.append(layer)
    return this
  }

  /** Adds layers at the end, those of another `Sequential` say. @throws MisconfigurationError when one has no `forward` */
  extend(layers: Iterable<Layer>): this {
    this.#places.append(...layers)
    return this
  }

  /** Puts a layer before the one at a place. @throws OutOfRangeError when there is no such place */
  insert(place: number, layer: Layer): this {
    this.#places.insert(place, layer)
    return this
  }

  /** Takes a layer out, by default the last. @throws OutOfRangeError when there is none */
  pop(place = -1): Layer {
    return this.#places.pop(place)
  }

  /** The same layers from `start` to before `end`; negative places count from the end. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...this.#places.slice(start, end))
  }

  /** The layers in their order. */
  [Symbol.iterator](): Generator<Layer, void> {
    return this.#places[Symbol.iterator]()
  }

  forward(x: Tensor): Tensor {
    let y = x
    for (const layer of this) y = layer.forward(y)
    return y
  }
}

function checkLayer(layer: unknown): void {
  if (layer instanceof Module && typeof (layer as Partial<Layer>).forward === 'function') return
  throw new MisconfigurationError(
    `Sequential: takes layers, got ${describe(layer)}; a function goes into a Module of its own, with a forward`,
  )
}

function describe(x: unknown): string {
  return typeof x === 'object' && x !== null ? `${x.constructor.name} without a forward` : typeof x
}
