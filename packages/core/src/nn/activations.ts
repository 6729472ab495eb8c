import { ShapeError } from '../errors/errors.ts'
import { formatShape } from '../graph/spec.ts'
import type { Tensor } from '../tensor/tensor.ts'
import {
  checkSoftplus,
  type GeluOptions,
  gelu,
  logSoftmax,
  logsigmoid,
  mish,
  relu,
  type SoftplusOptions,
  sigmoid,
  silu,
  softmax,
  softmin,
  softplus,
  softsign,
  tanh,
  tanhshrink,
} from './functional/activations.ts'
import { glu } from './functional/gates.ts'
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

/** log(1 / (1 + e⁻ˣ)) */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return logsigmoid(x)
  }
}

/** x·σ(x) */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x)
  }
}

/** x·tanh(log(1 + eˣ)) */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x)
  }
}

/** log(1 + e^(β·x)) / β; see `softplus`. */
export class Softplus extends Module {
  readonly #options: SoftplusOptions

  /**
   * @param beta - > 0; default 1
   * @param threshold - β·x above it counts as the logarithm; default 20
   * @throws OutOfRangeError when `beta` is not positive
   */
  constructor(beta = 1, threshold = 20) {
    super()
    this.#options = checkSoftplus('Softplus', { beta, threshold })
  }

  forward(x: Tensor): Tensor {
    return softplus(x, this.#options)
  }
}

/** x / (1 + |x|) */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x)
  }
}

/** x − tanh x */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return tanhshrink(x)
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

/** The logarithm of `Softmax`. */
export class LogSoftmax extends Module {
  readonly dim: number

  constructor(dim: number) {
    super()
    this.dim = dim
  }

  /** @throws OutOfRangeError when `x` has no such dimension */
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim)
  }
}

/** e^−xᵢ / Σⱼ e^−xⱼ along `dim`. */
export class Softmin extends Module {
  readonly dim: number

  constructor(dim: number) {
    super()
    this.dim = dim
  }

  /** @throws OutOfRangeError when `x` has no such dimension */
  forward(x: Tensor): Tensor {
    return softmin(x, this.dim)
  }
}

/** `Softmax` over the channels of images. */
export class Softmax2d extends Module {
  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @throws ShapeError when it is neither
   */
  forward(x: Tensor): Tensor {
    if (x.ndim !== 3 && x.ndim !== 4) {
      throw new ShapeError(`Softmax2d: takes 3 or 4 dimensions, got ${formatShape(x.shape)}`)
    }
    return softmax(x, -3)
  }
}

/** The first half of `x` along `dim`, gated by the second; see `glu`. */
export class GLU extends Module {
  readonly dim: number

  /** @param dim - default the last */
  constructor(dim = -1) {
    super()
    this.dim = dim
  }

  /** @throws ShapeError when the dimension is odd */
  forward(x: Tensor): Tensor {
    return glu(x, this.dim)
  }
}
