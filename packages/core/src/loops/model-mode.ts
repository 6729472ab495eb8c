import type { TrainingModule } from '../module/training-module.ts'

/** The mode of a module and of all in it, around an evaluation. */
export class ModelMode {
  readonly #module: TrainingModule
  readonly #kind: 'Validation' | 'Test' | 'Predict'
  readonly #modes: readonly (readonly [{ training: boolean }, boolean])[]
  #isRestored = false

  constructor(module: TrainingModule, kind: 'Validation' | 'Test' | 'Predict') {
    this.#module = module
    this.#kind = kind
    this.#modes = module.modules().map((inner) => [inner, inner.training] as const)
  }

  async eval(): Promise<void> {
    await this.#module[`on${this.#kind}ModelEval`]()
  }

  /** Leaves it to the module's hook, if it has one. */
  async restoreByHook(): Promise<void> {
    const hook = this.#module[`on${this.#kind}ModelTrain`]
    if (hook === undefined) return
    this.#isRestored = true
    await hook.call(this.#module)
  }

  /** Gives each inner module its mode back, unless a hook did so. */
  restore(): void {
    if (this.#isRestored) return
    for (const [inner, training] of this.#modes) inner.training = training
  }
}
