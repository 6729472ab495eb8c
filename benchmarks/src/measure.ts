/** What was measured of one system under one workload, in milliseconds. */
export interface Timing {
  readonly medianMs: number
  readonly p10Ms: number
  readonly p90Ms: number
  readonly minMs: number
  readonly samples: number
}

/** How long to measure. Warm-up goes by time, since what warms up (compilers, clocks, caches) does. */
export interface Budget {
  readonly warmUpMs: number
  readonly samples: number
}

/** Collects samples once its warm-up is over. Systems that are compared share one: they warm up, and end, together. */
export class Sampler {
  readonly #budget: Budget
  readonly #samples = new Map<string, number[]>()
  #startedAt = performance.now()

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Whether some system lacks samples. */
  get wantsMore(): boolean {
    const counts = [...this.#samples.values()].map((samples) => samples.length)
    return counts.length === 0 || Math.min(...counts) < this.#budget.samples
  }

  /** Notes that `system` took `ms`. */
  add(system: string, ms: number): void {
    const isWarm = performance.now() - this.#startedAt >= this.#budget.warmUpMs
    const samples = this.#samples.get(system) ?? []
    this.#samples.set(system, samples)
    if (isWarm) samples.push(ms)
  }

  /** Times `run` as `system`. */
  async time(system: string, run: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now()
    await run()
    this.add(system, performance.now() - startedAt)
  }

  /** What was noted of `system`, its warm-up apart. */
  samplesOf(system: string): readonly number[] {
    return this.#samples.get(system) ?? []
  }

  timing(system: string): Timing {
    const samples = [...this.samplesOf(system)].sort((a, b) => a - b)
    const quantile = (q: number) => samples[Math.round(q * (samples.length - 1))] ?? Number.NaN
    return {
      medianMs: quantile(0.5),
      p10Ms: quantile(0.1),
      p90Ms: quantile(0.9),
      minMs: quantile(0),
      samples: samples.length,
    }
  }
}
