import { MisconfigurationError } from '../errors/errors.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import { sameFlags } from './log-flags.ts'
import { type LogFlags, LoggedValue, type LogNames, namesOf } from './logged-value.ts'
import { MetricNumbers } from './metric-numbers.ts'

/** A metric that accumulates by itself, and how it was logged. */
export interface LoggedMetric {
  readonly metric: EpochMetric
  readonly flags: LogFlags
  readonly names: LogNames
  isRead: boolean
}

/** What is logged in a scope until its epoch ends. By place and name: two hooks may log under one name. */
export class OpenEpoch {
  readonly values: Map<string, LoggedValue> = new Map()
  readonly metrics: Map<string, LoggedMetric> = new Map()
  /** What was read of it. */
  numbers: MetricNumbers = new MetricNumbers()

  /** Notes a metric. @throws MisconfigurationError unless it is logged for its epoch alone, and always the same under a name */
  addMetric(
    name: string,
    key: string,
    { metric, flags }: { readonly metric: EpochMetric; readonly flags: LogFlags },
  ): void {
    const known = this.metrics.get(key)?.metric
    if (this.values.has(key) || (known !== undefined && known !== metric))
      throw new MisconfigurationError(otherKind(name))
    if (flags.onStep || !flags.onEpoch) {
      throw new MisconfigurationError(
        `log: a metric is logged for its epoch, got onStep ${flags.onStep} and onEpoch ${flags.onEpoch} for "${name}"; log what its forward() gives for a step`,
      )
    }
    this.metrics.set(key, { metric, flags, names: namesOf(name, flags), isRead: false })
  }

  /** The values under a name. @throws MisconfigurationError when they were logged in another way, or it is a metric's */
  value(name: string, key: string, flags: LogFlags): LoggedValue {
    if (this.metrics.has(key)) throw new MisconfigurationError(otherKind(name))
    const known = this.values.get(key)
    if (known !== undefined && !sameFlags(known.flags, flags)) {
      throw new MisconfigurationError(
        `log: a name keeps its options through an epoch, got others for "${name}"; log it in one way, or under two names`,
      )
    }
    const value = known ?? new LoggedValue(name, flags)
    this.values.set(key, value)
    return value
  }
}

function otherKind(name: string): string {
  return `log: a name keeps its metric through an epoch, got another for "${name}"; log one of them under another name`
}
