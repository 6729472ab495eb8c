import type { PoolAttributes } from '../../graph/primitives.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'

/** What a kernel's windows cover of an image's plane. */
export interface Windows {
  /** `[taps, outputs]`: the flat place in the plane under a tap of an output's window, −1 where that is padding. */
  readonly places: Int32Array
  readonly taps: number
  readonly outputs: number
}

export interface WindowOptions extends Omit<PoolAttributes, 'kernel'> {
  readonly dilation?: readonly number[]
}

/** The windows of `kernel` on `image` that give `output`; all three are spatial shapes of any rank. */
export function windowsOf(image: Shape, kernel: Shape, output: Shape, options: WindowOptions): Windows {
  let windows: Windows = { places: new Int32Array(1), taps: 1, outputs: 1 }
  for (const [axis, length] of image.entries()) {
    const places = axisPlaces(length, kernel[axis]!, output[axis]!, {
      stride: options.stride[axis]!,
      before: options.padding[axis]![0],
      dilation: options.dilation?.[axis] ?? 1,
    })
    windows = combine(windows, { places, taps: kernel[axis]!, outputs: output[axis]! }, length)
  }
  return windows
}

interface AxisOptions {
  readonly stride: number
  readonly before: number
  readonly dilation: number
}

function axisPlaces(length: number, taps: number, outputs: number, { stride, before, dilation }: AxisOptions) {
  const places = new Int32Array(taps * outputs)
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      const place = output * stride - before + tap * dilation
      places[tap * outputs + output] = place >= 0 && place < length ? place : -1
    }
  }
  return places
}

/** Windows over the axes of `outer` and one more, of `length`. */
function combine(outer: Windows, inner: Windows, length: number): Windows {
  const taps = outer.taps * inner.taps
  const outputs = outer.outputs * inner.outputs
  const places = new Int32Array(sizeOf([taps, outputs]))
  let i = 0
  for (let outerTap = 0; outerTap < outer.taps; outerTap++) {
    for (let innerTap = 0; innerTap < inner.taps; innerTap++) {
      for (let outerOutput = 0; outerOutput < outer.outputs; outerOutput++) {
        for (let innerOutput = 0; innerOutput < inner.outputs; innerOutput++) {
          const high = outer.places[outerTap * outer.outputs + outerOutput]!
          const low = inner.places[innerTap * inner.outputs + innerOutput]!
          places[i++] = high < 0 || low < 0 ? -1 : high * length + low
        }
      }
    }
  }
  return { places, taps, outputs }
}
