import { OutOfRangeError } from '../errors/errors.ts'
import { linearAxis, logAxis } from './axis.ts'
import type { LrFindMode } from './lr-find-options.ts'
import type { Plot } from './plot.ts'
import { steepestDescent } from './steepest-descent.ts'
import { svgPlot } from './svg-plot.ts'
import { type TextPlotOptions, textPlot } from './text-plot.ts'

export interface SuggestionOptions {
  /** Points at the beginning that do not count, where the smoothed loss still settles. Default 10. */
  readonly skipBegin?: number
  /** Points at the end that do not count. Default 1. */
  readonly skipEnd?: number
}

/** What `lrFind` found: smoothed losses over learning rates. */
export class LrFindResult {
  /** The learning rate of each step, increasing. */
  readonly lrs: readonly number[]
  /** The smoothed loss of each step: the running mean of losses with weights 0.98ᵏ; NaN where there was no loss. */
  readonly losses: readonly number[]
  readonly #mode: LrFindMode

  constructor({
    lrs,
    losses,
    mode,
  }: { readonly lrs: readonly number[]; readonly losses: readonly number[]; readonly mode: LrFindMode }) {
    this.lrs = lrs
    this.losses = losses
    this.#mode = mode
  }

  /**
   * The learning rate at which the smoothed loss falls most steeply from step to step; null when fewer than two points count.
   * Points that are not finite never count.
   *
   * @throws OutOfRangeError unless both numbers of points are whole and ≥ 0
   */
  suggestion(options: SuggestionOptions = {}): number | null {
    const index = this.#suggested(options)
    return index === null ? null : this.lrs[index]!
  }

  /** The curve as an SVG document of 640 × 400, with `suggestion()` marked. It refers to nothing outside of itself. */
  toSvg(): string {
    return svgPlot(this.#plot())
  }

  /**
   * The curve in characters, with `suggestion()` marked.
   *
   * @param options.width - of the longest line, ≥ 32; default 72
   * @param options.height - lines, ≥ 10; default 18
   * @throws OutOfRangeError when there is no room
   */
  toText(options: TextPlotOptions = {}): string {
    return textPlot(this.#plot(), options)
  }

  #suggested({ skipBegin = 10, skipEnd = 1 }: SuggestionOptions): number | null {
    for (const [name, points] of Object.entries({ skipBegin, skipEnd })) {
      if (Number.isInteger(points) && points >= 0) continue
      throw new OutOfRangeError(`LrFindResult.suggestion: ${name} is a whole number ≥ 0, got ${points}`)
    }
    const counted = this.#finite().filter((i) => i >= skipBegin && i < this.losses.length - skipEnd)
    // Steps and not rates: over rates that grow by a factor, the noise at the smallest ones would be the steepest of all.
    const steepest = steepestDescent({ x: counted, y: counted.map((i) => this.losses[i]!) })
    return steepest === null ? null : counted[steepest]!
  }

  #finite(): number[] {
    return Array.from(this.losses.keys()).filter((i) => Number.isFinite(this.losses[i]))
  }

  #plot(): Plot {
    const finite = this.#finite()
    const points = finite.map((i) => ({ x: this.lrs[i]!, y: this.losses[i]! }))
    const suggested = this.#suggested({})
    return {
      xAxis: axisOver(this.#mode === 'exponential' ? logAxis : linearAxis, this.lrs),
      yAxis: axisOver(
        linearAxis,
        points.map(({ y }) => y),
      ),
      points,
      mark: suggested === null ? null : { x: this.lrs[suggested]!, y: this.losses[suggested]! },
    }
  }
}

function axisOver<Axis>(axis: (least: number, most: number) => Axis, values: readonly number[]): Axis {
  return values.length === 0 ? axis(1, 10) : axis(Math.min(...values), Math.max(...values))
}
