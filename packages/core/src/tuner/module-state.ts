import { Metric } from '../metrics/metric.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { Buffer, Parameter } from '../tensor/parameter.ts'
import { snapshot } from '../tensor/snapshot.ts'

/**
 * Takes note of all that training changes in a module: values and dtypes of parameters and buffers, gradients, flags, modes, and
 * what metrics have accumulated.
 *
 * @returns what puts it all back, as often as it is called
 */
export function moduleState(module: TrainingModule): () => void {
  const parameters = module.parameters()
  const restores = [
    ...module.buffers().map(valueOf),
    ...parameters.map(valueOf),
    ...parameters.map(gradientOf),
    ...module.modules().map(modeOf),
  ]
  return () => {
    for (const restore of restores) restore()
  }
}

function valueOf(member: Parameter | Buffer): () => void {
  const { dtype } = member
  const value = snapshot(member.slot)
  return () => {
    // A precision may have cast it.
    member.castTo(dtype)
    member.assign(value)
  }
}

function gradientOf(parameter: Parameter): () => void {
  const { requiresGrad, gradient } = parameter
  const value = gradient.value === null ? null : snapshot(gradient.slot)
  return () => {
    parameter.requiresGrad = requiresGrad
    parameter.grad = value
  }
}

function modeOf(inner: { training: boolean }): () => void {
  const { training } = inner
  const accumulated = inner instanceof Metric ? inner.accumulated() : null
  return () => {
    inner.training = training
    if (!(inner instanceof Metric)) return
    inner.reset()
    if (accumulated !== null) inner.loadAccumulated(accumulated)
  }
}
