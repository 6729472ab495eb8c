import type { LogFlags, LogNames } from './logged-value.ts'

/** Numbers by name: what callbacks see, what loggers get, and what the progress bar shows. */
export class MetricNumbers {
  readonly callback: Record<string, number> = {}
  readonly logged: Record<string, number> = {}
  readonly shown: Record<string, number> = {}

  /** Adds what was read of a step or of an epoch. */
  add(
    { names, flags }: { readonly names: LogNames; readonly flags: LogFlags },
    of: 'step' | 'epoch',
    number: number,
  ): void {
    this.callback[names.plain] = number
    this.callback[names[of]] = number
    if (flags.logger) this.logged[names[of]] = number
    if (flags.progBar) this.shown[names[of]] = number
  }
}
