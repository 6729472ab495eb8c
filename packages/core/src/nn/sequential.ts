import { MisconfigurationError } from '../errors/errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Layer, Module } from './module.ts'

/**
 * Layers one after the other: the output of one is the input of the next. They are named by their places: `0.weight`.
 *
 * ```ts
 * const net = new Sequential(new Linear(64, 128), new ReLU(), new Linear(128, 10))
 * net[0] // the first layer
 * ```
 */
export class Sequential extends Module {
  // Properties of the module, as any other's children are.
  [place: number]: Layer
  #length = 0

  constructor(...layers: Layer[]) {
    super()
    for (const layer of layers) this.add(layer)
  }

  /** Number of layers. */
  get length(): number {
    return this.#length
  }

  /** Appends a layer. @throws MisconfigurationError when it has no `forward` */
  add(layer: Layer): this {
    if (typeof (layer as Partial<Layer> | undefined)?.forward !== 'function') {
      throw new MisconfigurationError(
        `Sequential: takes layers, got ${typeof layer}; a function goes into a Module of its own, with a forward`,
      )
    }
    this[this.#length++] = layer
    return this
  }

  /** The layers in their order. */
  *[Symbol.iterator](): Generator<Layer, void> {
    for (let place = 0; place < this.#length; place++) yield this[place]!
  }

  forward(x: Tensor): Tensor {
    let y = x
    for (const layer of this) y = layer.forward(y)
    return y
  }
}
