import { OutOfRangeError } from '../../errors/errors.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Kernels, Operand } from './kernel.ts'

/**
 * Selection by index, and its adjoint. Each walks the pairs of an element of `x` and one of what was selected from it:
 * selecting reads the first into the second, adding adds the second to the first, in order, and scattering writes it over
 * the first.
 */
export const indexingKernels: Kernels<'indexSelect' | 'indexAdd' | 'gather' | 'scatterAdd' | 'scatter'> = {
  indexSelect: ([x, indices], [out], { axis }) => {
    forEachRowElement('indexSelect', x!, indices!, axis, (element, selected) => {
      out!.data[selected] = x!.data[element]!
    })
  },

  indexAdd: ([x, indices, updates], [out], { axis }) => {
    out!.data.set(x!.data)
    forEachRowElement('indexAdd', x!, indices!, axis, (element, selected) => {
      out!.data[element]! += updates!.data[selected]!
    })
  },

  gather: ([x, indices], [out], { axis }) => {
    forEachGathered('gather', x!, indices!, axis, (element, selected) => {
      out!.data[selected] = x!.data[element]!
    })
  },

  scatterAdd: ([x, indices, updates], [out], { axis }) => {
    out!.data.set(x!.data)
    forEachGathered('scatterAdd', x!, indices!, axis, (element, selected) => {
      out!.data[element]! += updates!.data[selected]!
    })
  },

  scatter: ([x, indices, updates], [out], { axis }) => {
    out!.data.set(x!.data)
    forEachGathered('scatter', x!, indices!, axis, (element, selected) => {
      out!.data[element] = updates!.data[selected]!
    })
  },
}

type Visit = (element: number, selected: number) => void

function checkIndices(who: string, indices: Float64Array, length: number): void {
  for (const index of indices) {
    if (index < 0 || index >= length) {
      throw new OutOfRangeError(
        `${who}: index out of range, got ${index} in an axis of ${length}; indices (and labels) are 0…${length - 1}`,
      )
    }
  }
}

function forEachRowElement(who: string, x: Operand, { data: indices }: Operand, axis: number, visit: Visit): void {
  const { shape } = x.spec
  const length = shape[axis]!
  checkIndices(who, indices, length)
  const inner = sizeOf(shape.slice(axis + 1))
  let selected = 0
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (const index of indices) {
      const start = (outer * length + index) * inner
      for (let i = 0; i < inner; i++) visit(start + i, selected++)
    }
  }
}

function forEachGathered(who: string, x: Operand, indices: Operand, axis: number, visit: Visit): void {
  checkIndices(who, indices.data, x.spec.shape[axis]!)
  const { shape, rank } = indices.spec
  const position = new Array<number>(rank).fill(0)
  for (let selected = 0; selected < indices.data.length; selected++) {
    let element = 0
    for (let i = 0; i < rank; i++) {
      element = element * x.spec.shape[i]! + (i === axis ? indices.data[selected]! : position[i]!)
    }
    visit(element, selected)
    advance(position, shape)
  }
}

/** The next position in row-major order. */
function advance(position: number[], shape: readonly number[]): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (++position[axis]! < shape[axis]!) return
    position[axis] = 0
  }
}
