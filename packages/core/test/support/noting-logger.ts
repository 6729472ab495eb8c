import type { Logger, RunStatus } from '../../src/loggers/logger.ts'

/** Notes what a logger gets. */
export class NotingLogger implements Logger {
  readonly name: string = 'noting'
  readonly version: number = 0
  readonly logs: [step: number, metrics: Readonly<Record<string, number>>][] = []
  readonly ends: RunStatus[] = []

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void {
    this.logs.push([step, { ...metrics }])
  }
  logHyperparams(): void {}
  save(): void {}
  finalize(status: RunStatus): void {
    this.ends.push(status)
  }
}
