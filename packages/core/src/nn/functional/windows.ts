import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import type { PoolAttributes } from '../../graph/primitives.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { type Size, type Size2d, type Spatial, sizes } from './spatial.ts'

/** How a window moves over an image. */
export interface PoolOptions<S extends Size = Size2d> {
  /** Default: the window's size, so that windows do not overlap. */
  readonly stride?: S
  /** Cells on each side, at most half the window. Default 0. */
  readonly padding?: S
  /** Whether a last window may reach beyond the padded image, as long as it begins in the image or before. Default false. */
  readonly ceilMode?: boolean
}

/** The windows along one axis of an image. */
export interface Windows {
  readonly outputs: number
  /** Cells of one window. */
  readonly kernel: number
  readonly stride: number
  readonly padding: readonly [before: number, after: number]
  /** For windows that are no runs of neighbours at even distances: where each one's cells are. */
  readonly cells: Cells | null
}

/** Which cells of an axis windows cover; one row a window. */
export interface Cells {
  /** int32 `[outputs, kernel]`: the cell under each tap; where there is none, the window's first. */
  readonly places: Value
  /** bool `[outputs, kernel]`: whether there is a cell under a tap. */
  readonly exists: Value
}

/** Options of windows, checked and written out: one number a spatial dimension. */
export interface WindowPlan {
  readonly kernel: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
  readonly ceilMode: boolean
}

/** @throws OutOfRangeError for what is no whole number of its range, and for padding of more than half a window */
export function windowPlan(
  who: string,
  spatial: Spatial,
  kernelSize: Size,
  {
    stride = kernelSize,
    padding = 0,
    dilation = 1,
    ceilMode = false,
  }: PoolOptions<Size> & { readonly dilation?: Size },
): WindowPlan {
  const plan = {
    kernel: sizes(who, 'the kernel size', kernelSize, spatial, 1),
    stride: sizes(who, 'the stride', stride, spatial, 1),
    padding: sizes(who, 'the padding', padding, spatial, 0),
    dilation: sizes(who, 'the dilation', dilation, spatial, 1),
    ceilMode,
  }
  if (plan.padding.some((n, i) => 2 * n > plan.kernel[i]!)) {
    throw new OutOfRangeError(
      `${who}: the padding is at most half the kernel, got padding ${formatShape(plan.padding)} and kernel ${formatShape(plan.kernel)}`,
    )
  }
  return plan
}

/**
 * The windows of `plan` on an image.
 *
 * @param image - spatial shape
 * @throws ShapeError when a window is larger than the padded image
 */
export function slidingWindows(who: string, image: Shape, plan: WindowPlan): Windows[] {
  return image.map((length, i) => {
    const [kernel, stride, before, dilation] = [plan.kernel[i]!, plan.stride[i]!, plan.padding[i]!, plan.dilation[i]!]
    const reach = dilation * (kernel - 1) + 1
    const outputs = outputsOf(length, { reach, stride, before, ceilMode: plan.ceilMode })
    if (length === 0 || outputs < 1) {
      throw new ShapeError(
        `${who}: the kernel is larger than the padded image, got kernel ${formatShape(plan.kernel)} and image ${formatShape(image)}`,
      )
    }
    const after = Math.max(before, (outputs - 1) * stride + reach - before - length)
    const windows = { outputs, kernel, stride, padding: [before, after] as const, cells: null }
    return dilation === 1 ? windows : { ...windows, cells: dilatedCells(who, length, windows, dilation) }
  })
}

function dilatedCells(who: string, length: number, windows: Windows, dilation: number): Cells {
  const { outputs, kernel, stride, padding } = windows
  const firstOf = (window: number) => {
    const start = window * stride - padding[0]
    return start < 0 ? start + dilation * Math.ceil(-start / dilation) : start
  }
  const empty = Array.from({ length: outputs }, (_, window) => window).find((window) => {
    const last = window * stride - padding[0] + dilation * (kernel - 1)
    return firstOf(window) > Math.min(last, length - 1)
  })
  if (empty !== undefined) {
    throw new ShapeError(
      `${who}: a window holds nothing but padding, got window ${empty} on ${length} cells; use less padding or dilation`,
    )
  }
  const int = (n: number) => build.literal(n, 'int32')
  const start = build.sub(build.mul(build.iota([outputs, 1], 0, 'int32'), int(stride)), int(padding[0]))
  const place = build.add(start, build.mul(build.iota([1, kernel], 1, 'int32'), int(dilation)))
  const exists = build.and(build.lessEqual(int(0), place), build.less(place, int(length)))
  const isBefore = build.less(start, int(0))
  const first = build.where(isBefore, build.remainder(start, int(dilation)), start)
  return { places: build.where(exists, place, first), exists }
}

interface AxisOptions {
  /** From the first cell of a window to its last, both counted. */
  readonly reach: number
  readonly stride: number
  readonly before: number
  readonly ceilMode: boolean
}

// A window that begins in the padding behind the image is none, in PyTorch as well.
function outputsOf(length: number, { reach, stride, before, ceilMode }: AxisOptions): number {
  const steps = (length + 2 * before - reach) / stride
  if (!ceilMode) return Math.floor(steps) + 1
  const last = Math.ceil(steps)
  return last * stride >= length + before ? last : last + 1
}

/**
 * Windows from ⌊i·length / outputs⌋ up to ⌈(i + 1)·length / outputs⌉: as even as can be, and without gaps.
 *
 * @param image - spatial shape
 * @param outputSize - number of windows along each axis
 */
export function adaptiveWindows(image: Shape, outputSize: Shape): Windows[] {
  return image.map((length, i) => {
    const outputs = outputSize[i]!
    const startOf = (window: number) => Math.floor((window * length) / outputs)
    const endOf = (window: number) => Math.ceil(((window + 1) * length) / outputs)
    const lengths = Array.from({ length: outputs }, (_, window) => endOf(window) - startOf(window))
    const kernel = lengths.reduce((longest, n) => Math.max(longest, n))
    const windows = { outputs, kernel, stride: kernel, padding: [0, 0] as const, cells: null }
    return length % outputs === 0 ? windows : { ...windows, cells: adaptiveCells(length, windows) }
  })
}

function adaptiveCells(length: number, { outputs, kernel }: Windows): Cells {
  const int = (n: number) => build.literal(n, 'int32')
  const spread = build.mul(build.iota([outputs, 1], 0, 'int32'), int(length))
  const start = build.floorDivide(spread, int(outputs))
  // ⌈a / b⌉ = ⌊(a + b − 1) / b⌋
  const end = build.floorDivide(build.add(spread, int(length + outputs - 1)), int(outputs))
  const place = build.add(start, build.iota([1, kernel], 1, 'int32'))
  const exists = build.less(place, end)
  return { places: build.where(exists, place, start), exists }
}

/** Images with the cells of windows laid side by side along the axes for which windows say where theirs are. */
export function laySideBySide(images: Value, axes: readonly Windows[]): Value {
  return axes.reduce((laid, { cells, outputs, kernel }, i) => {
    if (cells === null) return laid
    return build.indexSelect(laid, build.reshape(cells.places, [outputs * kernel]), i + 2)
  }, images)
}

/** What pools images whose windows were laid side by side. */
export function poolAttributes(axes: readonly Windows[]): PoolAttributes {
  return {
    kernel: axes.map(({ kernel }) => kernel),
    stride: axes.map(({ kernel, stride, cells }) => (cells === null ? stride : kernel)),
    padding: axes.map(({ padding, cells }) => (cells === null ? padding : ([0, 0] as const))),
  }
}
