import { flatHyperparameters } from './hyperparameters.ts'
import { checkMetrics, type Hyperparameters, type Logger } from './logger.ts'

export interface ConsoleLoggerOptions {
  /** Of the experiment. Default `'voltaic'`. */
  readonly name?: string
  /** What prints a line. Default `console.info`. */
  readonly print?: (line: string) => void
}

/** Prints a line for each set of metrics: `step 10: loss=0.25 accuracy=0.9`. */
export class ConsoleLogger implements Logger {
  readonly name: string
  readonly version: number = 0
  readonly #print: (line: string) => void

  constructor({ name = 'voltaic', print = (line) => console.info(line) }: ConsoleLoggerOptions = {}) {
    this.name = name
    this.#print = print
  }

  logMetrics(metrics: Readonly<Record<string, number>>, step: number): void {
    checkMetrics('ConsoleLogger', metrics, step)
    const shown = Object.entries(metrics).map(([name, value]) => `${name}=${Number(value.toPrecision(4))}`)
    this.#print(`step ${step}: ${shown.join(' ')}`)
  }

  logHyperparams(params: Hyperparameters): void {
    const shown = flatHyperparameters(params).map(([name, value]) => `${name}=${value}`)
    this.#print(`hyper-parameters: ${shown.join(' ')}`)
  }

  save(): void {}

  finalize(): void {}
}
