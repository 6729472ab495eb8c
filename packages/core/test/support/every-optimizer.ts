import { Adadelta } from '../../src/optim/adadelta.ts'
import { Adafactor } from '../../src/optim/adafactor.ts'
import { Adagrad } from '../../src/optim/adagrad.ts'
import { Adam, AdamW } from '../../src/optim/adam.ts'
import { Adamax } from '../../src/optim/adamax.ts'
import { ASGD } from '../../src/optim/asgd.ts'
import { Lion } from '../../src/optim/lion.ts'
import { Muon } from '../../src/optim/muon.ts'
import { NAdam } from '../../src/optim/nadam.ts'
import type { Optimizer, OptimizerOptions, ParamGroupOptions } from '../../src/optim/optimizer.ts'
import { RAdam } from '../../src/optim/radam.ts'
import { RMSprop } from '../../src/optim/rmsprop.ts'
import { Rprop } from '../../src/optim/rprop.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Parameter } from '../../src/tensor/parameter.ts'

export type OptimizerClass = new (
  params: Iterable<Parameter> | readonly ParamGroupOptions<OptimizerOptions>[],
  options?: object,
) => Optimizer

/** An optimizer whose step is an update of each parameter, with options that use all of its state. */
export interface OptimizerCase {
  readonly name: string
  readonly Class: OptimizerClass
  readonly options: object
  /** Of its composite. */
  readonly op: string
}

function entry(Class: unknown, op: string, options: object): OptimizerCase {
  return { name: (Class as OptimizerClass).name, Class: Class as OptimizerClass, op, options }
}

/** All of them but LBFGS. */
export const everyOptimizer: readonly OptimizerCase[] = [
  entry(SGD, 'sgdUpdate', { lr: 0.05, momentum: 0.9, dampening: 0.1, weightDecay: 0.1 }),
  entry(Adam, 'adamUpdate', { lr: 0.05, amsgrad: true, weightDecay: 0.1 }),
  entry(AdamW, 'adamUpdate', { lr: 0.05, amsgrad: true, weightDecay: 0.1 }),
  entry(NAdam, 'nadamUpdate', { lr: 0.05, weightDecay: 0.1 }),
  entry(RAdam, 'radamUpdate', { lr: 0.05, betas: [0.9, 0.95], weightDecay: 0.1 }),
  entry(Adamax, 'adamaxUpdate', { lr: 0.05, weightDecay: 0.1 }),
  entry(RMSprop, 'rmspropUpdate', { lr: 0.02, centered: true, momentum: 0.5, weightDecay: 0.1 }),
  entry(Adagrad, 'adagradUpdate', { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.2, weightDecay: 0.1 }),
  entry(Adadelta, 'adadeltaUpdate', { lr: 0.7, eps: 1e-4, weightDecay: 0.1 }),
  entry(Rprop, 'rpropUpdate', { lr: 0.05 }),
  entry(ASGD, 'asgdUpdate', { lr: 0.05, lambd: 0.01, t0: 1, weightDecay: 0.1 }),
  entry(Lion, 'lionUpdate', { lr: 0.05, weightDecay: 0.1 }),
  entry(Adafactor, 'adafactorUpdate', { lr: 0.05, weightDecay: 0.1 }),
  entry(Muon, 'muonUpdate', { lr: 0.05, weightDecay: 0.1 }),
]
