import type { Accelerator } from '../accelerator/accelerator.ts'
import { DeviceLostError } from '../errors/errors.ts'

/** Knows whether a device was lost since the watch began. */
export class DeviceWatch {
  #loss: DeviceLostError | null = null

  /** @param accelerator - one that is set up */
  constructor(accelerator: Accelerator) {
    // An error of its own: callbacks add to the message, and the accelerator tells other runs of the same loss.
    void accelerator.lost.then((cause) => {
      this.#loss = new DeviceLostError(cause.message, { cause })
    })
  }

  /** @throws DeviceLostError when the device is gone */
  check(): void {
    if (this.#loss !== null) throw this.#loss
  }

  /** Why a run ends that failed with `error`: what fails on a lost device fails because of that. */
  reasonOf(error: unknown): unknown {
    return this.#loss ?? error
  }
}
