import type { Tensor } from '../tensor/tensor.ts'
import { alphaDropout, featureAlphaDropout } from './functional/alpha-dropout.ts'
import { checkDropProbability, dropout, dropout1d, dropout2d, dropout3d } from './functional/dropout.ts'
import { Module } from './module.ts'

/** A layer that drops something with probability `p` while training, and is the identity else. */
abstract class AnyDropout extends Module {
  readonly p: number

  /**
   * @param p - default 0.5
   * @throws OutOfRangeError when it is not between 0 and 1
   */
  constructor(p = 0.5) {
    super()
    checkDropProbability(p)
    this.p = p
  }
}

/** Sets elements to 0 with probability `p` while training, and scales the others by 1 / (1 − p); else the identity. */
export class Dropout extends AnyDropout {
  /** @param x - floats of any shape */
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training })
  }
}

/** `Dropout` of whole channels; see `dropout1d`. */
export class Dropout1d extends AnyDropout {
  /** @param x - floats `[batch, channels, length]`, or without batch */
  forward(x: Tensor): Tensor {
    return dropout1d(x, this.p, { training: this.training })
  }
}

/** `Dropout` of whole channels; see `dropout2d`. */
export class Dropout2d extends AnyDropout {
  /** @param x - floats `[batch, channels, height, width]` or `[batch, channels, length]` */
  forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, { training: this.training })
  }
}

/** `Dropout` of whole channels; see `dropout3d`. */
export class Dropout3d extends AnyDropout {
  /** @param x - floats `[batch, channels, depth, height, width]`, or without batch */
  forward(x: Tensor): Tensor {
    return dropout3d(x, this.p, { training: this.training })
  }
}

/** Dropout that goes with SELU: mean 0 and variance 1 stay; see `alphaDropout`. */
export class AlphaDropout extends AnyDropout {
  /** @param x - floats of any shape */
  forward(x: Tensor): Tensor {
    return alphaDropout(x, this.p, { training: this.training })
  }
}

/** `AlphaDropout` of whole channels; see `featureAlphaDropout`. */
export class FeatureAlphaDropout extends AnyDropout {
  /** @param x - floats `[batch, channels, …]` */
  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, this.p, { training: this.training })
  }
}
