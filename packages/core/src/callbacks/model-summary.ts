import type { TrainingModule } from '../module/training-module.ts'
import { type ExampleInput, type SummarizeOptions, summarize } from '../nn/summary/summarize.ts'
import type { Callback, TrainerView } from './callback.ts'

export interface ModelSummaryOptions extends SummarizeOptions {
  /** What prints the table. Default `console.info`. */
  readonly print?: (table: string) => void
}

/** A module that says what its input looks like. */
interface WithExample {
  readonly exampleInputArray?: ExampleInput | readonly ExampleInput[]
}

/**
 * Prints what the module is made of when a fit begins: names, classes, numbers of parameters; with an example of the input also
 * shapes and work of each part. The example is an option, or the module's property `exampleInputArray`.
 */
export class ModelSummary implements Callback {
  readonly #options: SummarizeOptions
  readonly #print: (table: string) => void

  constructor({ print = (table) => console.info(table), ...options }: ModelSummaryOptions = {}) {
    this.#options = options
    this.#print = print
  }

  onFitStart(_trainer: TrainerView, module: TrainingModule): void {
    const { exampleInput = (module as WithExample).exampleInputArray, ...rest } = this.#options
    this.#print(summarize(module, { exampleInput, ...rest }).describe())
  }
}
