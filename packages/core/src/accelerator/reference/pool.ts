import type { PoolAttributes } from '../../graph/primitives.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Kernels } from './kernel.ts'
import { type Windows, windowsOf } from './windows.ts'

/** Pooling and its gradients. Planes, one a channel of an image, are independent. */
export const poolKernels: Kernels<'maxPool' | 'maxPoolGrad' | 'avgPool' | 'avgPoolGrad'> = {
  maxPool: ([x], [values, indices], attributes) => {
    const windows = poolWindows(x!.spec.shape, values!.spec.shape, attributes)
    indices!.data.fill(-1)
    forEachTap(x!.spec.shape, windows, (element, output, place) => {
      const index = indices!.data[output]!
      const [candidate, best] = [x!.data[element]!, values!.data[output]!]
      if (index >= 0 && !(candidate > best || (Number.isNaN(candidate) && !Number.isNaN(best)))) return
      values!.data[output] = candidate
      indices!.data[output] = place
    })
  },

  maxPoolGrad: ([g, indices], [out], { shape }) => {
    const plane = sizeOf(shape.slice(2))
    const outputs = sizeOf(g!.spec.shape.slice(2))
    for (let i = 0; i < g!.data.length; i++) {
      out!.data[Math.floor(i / outputs) * plane + indices!.data[i]!]! += g!.data[i]!
    }
  },

  avgPool: ([x], [out], attributes) => {
    const windows = poolWindows(x!.spec.shape, out!.spec.shape, attributes)
    forEachTap(x!.spec.shape, windows, (element, output) => {
      out!.data[output]! += x!.data[element]!
    })
    for (let i = 0; i < out!.data.length; i++) out!.data[i]! /= windows.taps
  },

  avgPoolGrad: ([g], [out], attributes) => {
    const windows = poolWindows(attributes.shape, g!.spec.shape, attributes)
    forEachTap(attributes.shape, windows, (element, output) => {
      out!.data[element]! += g!.data[output]! / windows.taps
    })
  },
}

function poolWindows(image: Shape, output: Shape, { kernel, stride, padding }: PoolAttributes): Windows {
  return windowsOf(image.slice(2), kernel, output.slice(2), { stride, padding })
}

/** Visits what lies under each tap of each window, padding left out: flat element, flat output, and place in the plane. */
function forEachTap(
  image: Shape,
  { places, taps, outputs }: Windows,
  visit: (element: number, output: number, place: number) => void,
): void {
  const plane = sizeOf(image.slice(2))
  for (let channel = 0; channel < image[0]! * image[1]!; channel++) {
    for (let tap = 0, i = 0; tap < taps; tap++) {
      for (let output = 0; output < outputs; output++, i++) {
        const place = places[i]!
        if (place >= 0) visit(channel * plane + place, channel * outputs + output, place)
      }
    }
  }
}
