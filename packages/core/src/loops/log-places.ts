/** What `log` does in a step or hook. */
export interface LogRule {
  /** Whether each step's value is kept, by default. */
  readonly onStep: boolean
  /** Whether the epoch's value is kept, by default. */
  readonly onEpoch: boolean
  /** Whether there are steps at all: where not, only epochs can be logged. */
  readonly hasSteps: boolean
}

const inTraining: LogRule = { onStep: true, onEpoch: false, hasSteps: true }
const inEvaluation: LogRule = { onStep: false, onEpoch: true, hasSteps: true }
const ofEpochs: LogRule = { onStep: false, onEpoch: true, hasSteps: false }

/** Where something can be logged. Steps stand for all that they call: the closure, backward, an override of `optimizerStep`. */
const rules: Readonly<Record<string, LogRule>> = {
  trainingStep: inTraining,
  onTrainBatchStart: inTraining,
  onTrainBatchEnd: inTraining,
  onBeforeZeroGrad: inTraining,
  onBeforeBackward: inTraining,
  onAfterBackward: inTraining,
  onBeforeOptimizerStep: inTraining,
  validationStep: inEvaluation,
  onValidationBatchStart: inEvaluation,
  onValidationBatchEnd: inEvaluation,
  testStep: inEvaluation,
  onTestBatchStart: inEvaluation,
  onTestBatchEnd: inEvaluation,
  onTrainStart: ofEpochs,
  onTrainEpochStart: ofEpochs,
  trainingEpochEnd: ofEpochs,
  onTrainEpochEnd: ofEpochs,
  onValidationStart: ofEpochs,
  onValidationEpochStart: ofEpochs,
  validationEpochEnd: ofEpochs,
  onValidationEpochEnd: ofEpochs,
  onTestStart: ofEpochs,
  onTestEpochStart: ofEpochs,
  onTestEpochEnd: ofEpochs,
}

/** The rule of a step or hook by its name; undefined where nothing can be logged. */
export function logRule(place: string): LogRule | undefined {
  return rules[place]
}
