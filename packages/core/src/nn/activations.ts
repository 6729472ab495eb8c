import type { Tensor } from '../tensor/tensor.ts'
import { type GeluOptions, gelu, relu, sigmoid, softmax, tanh } from './functional/activations.ts'
import { Module } from './module.ts'

/** max(x, 0) */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return relu(x)
  }
}

/** x·Φ(x), or its approximation by tanh; see `gelu`. */
export class GELU extends Module {
  readonly #options: GeluOptions

  constructor(options: GeluOptions = {}) {
    super()
    this.#options = options
  }

  forward(x: Tensor): Tensor {
    return gelu(x, this.#options)
  }
}

/** tanh x */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x)
  }
}

/** 1 / (1 + e⁻ˣ) */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x)
  }
}

/** e^xᵢ / Σⱼ e^xⱼ along `dim`. */
export class Softmax extends Module {
  readonly dim: number

  constructor(dim: number) {
    super()
    this.dim = dim
  }

  /** @throws OutOfRangeError when `x` has no such dimension */
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim)
  }
}
