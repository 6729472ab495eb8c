import { OutOfRangeError } from '../errors/errors.ts'
import { type CreationOptions, full } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkNumber } from './functional/check-option.ts'
import {
  celu,
  checkBounds,
  checkCeluAlpha,
  checkShrink,
  checkSlopes,
  elu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  prelu,
  relu6,
  rrelu,
  selu,
  softshrink,
  threshold,
} from './functional/rectifiers.ts'
import { Module } from './module.ts'

/** min(max(x, 0), 6) */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x)
  }
}

/** x where it is positive, x·negativeSlope elsewhere. */
export class LeakyReLU extends Module {
  readonly #negativeSlope: number

  /** @param negativeSlope - default 0.01 */
  constructor(negativeSlope = 0.01) {
    super()
    checkNumber('LeakyReLU', 'negativeSlope', negativeSlope)
    this.#negativeSlope = negativeSlope
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.#negativeSlope)
  }
}

export interface PReLUOptions extends CreationOptions {
  /** First value of the slopes. Default 0.25. */
  readonly init?: number
}

/** x where it is positive, x by a learned slope elsewhere; see `prelu`. */
export class PReLU extends Module {
  /** `[numParameters]`; begins as 0.25. */
  readonly weight: Parameter

  /**
   * @param numParameters - 1 (default), or as many as there are channels
   * @throws OutOfRangeError when it is no whole number ≥ 1
   */
  constructor(numParameters = 1, { init = 0.25, dtype = defaultDType() }: PReLUOptions = {}) {
    super()
    if (!Number.isInteger(numParameters) || numParameters < 1) {
      throw new OutOfRangeError(`PReLU: has one slope or one for each channel, got ${numParameters}`)
    }
    checkNumber('PReLU', 'init', init)
    this.weight = new Parameter(full([numParameters], init, { dtype }))
  }

  /** @throws ShapeError when `x` has other channels */
  forward(x: Tensor): Tensor {
    return prelu(x, this.weight)
  }
}

/** x where it is positive, x by a random slope elsewhere: in training drawn from U(lower, upper), else their mean. */
export class RReLU extends Module {
  readonly #lower: number
  readonly #upper: number

  /**
   * @param lower - default 1/8
   * @param upper - default 1/3
   * @throws OutOfRangeError when `upper` is below `lower`
   */
  constructor(lower: number = 1 / 8, upper: number = 1 / 3) {
    super()
    checkSlopes('RReLU', lower, upper)
    this.#lower = lower
    this.#upper = upper
  }

  forward(x: Tensor): Tensor {
    return rrelu(x, { lower: this.#lower, upper: this.#upper, training: this.training })
  }
}

/** x where it is positive, α·(eˣ − 1) elsewhere. */
export class ELU extends Module {
  readonly #alpha: number

  /** @param alpha - default 1 */
  constructor(alpha = 1) {
    super()
    checkNumber('ELU', 'alpha', alpha)
    this.#alpha = alpha
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.#alpha)
  }
}

/** x where it is positive, α·(e^(x/α) − 1) elsewhere. */
export class CELU extends Module {
  readonly #alpha: number

  /**
   * @param alpha - default 1
   * @throws OutOfRangeError when it is 0
   */
  constructor(alpha = 1) {
    super()
    checkCeluAlpha('CELU', alpha)
    this.#alpha = alpha
  }

  forward(x: Tensor): Tensor {
    return celu(x, this.#alpha)
  }
}

/** λ·x where it is positive, λ·α·(eˣ − 1) elsewhere; see `selu`. */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return selu(x)
  }
}

/** min(max(x, min), max) */
export class Hardtanh extends Module {
  readonly #min: number
  readonly #max: number

  /**
   * @param min - default −1
   * @param max - default 1
   * @throws OutOfRangeError when `max` is not above `min`
   */
  constructor(min = -1, max = 1) {
    super()
    checkBounds('Hardtanh', min, max)
    this.#min = min
    this.#max = max
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, this.#min, this.#max)
  }
}

/** min(max(x + 3, 0), 6) / 6 */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x)
  }
}

/** x·min(max(x + 3, 0), 6) / 6 */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x)
  }
}

/** x where it is above the threshold, `value` elsewhere. */
export class Threshold extends Module {
  readonly #threshold: number
  readonly #value: number

  constructor(threshold: number, value: number) {
    super()
    checkNumber('Threshold', 'threshold', threshold)
    checkNumber('Threshold', 'value', value)
    this.#threshold = threshold
    this.#value = value
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.#threshold, this.#value)
  }
}

/** x brought nearer to 0 by λ, and 0 between −λ and λ. */
export class Softshrink extends Module {
  readonly #lambd: number

  /**
   * @param lambd - default 0.5
   * @throws OutOfRangeError when it is negative
   */
  constructor(lambd = 0.5) {
    super()
    checkShrink('Softshrink', lambd)
    this.#lambd = lambd
  }

  forward(x: Tensor): Tensor {
    return softshrink(x, this.#lambd)
  }
}

/** x, and 0 between −λ and λ. */
export class Hardshrink extends Module {
  readonly #lambd: number

  /**
   * @param lambd - default 0.5
   * @throws OutOfRangeError when it is negative
   */
  constructor(lambd = 0.5) {
    super()
    checkShrink('Hardshrink', lambd)
    this.#lambd = lambd
  }

  forward(x: Tensor): Tensor {
    return hardshrink(x, this.#lambd)
  }
}
