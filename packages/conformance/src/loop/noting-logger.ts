import type { Logger } from '@voltaic/core'

/** Notes what a logger gets. */
export class NotingLogger implements Logger {
  readonly name: string = 'noting'
  readonly version: number = 0
  readonly logs: { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[] = []

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void {
    this.logs.push({ step, metrics: { ...metrics } })
  }

  logHyperparams(): void {}
  save(): void {}
  finalize(): void {}
}
