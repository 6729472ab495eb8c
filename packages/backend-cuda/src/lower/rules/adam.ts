import type { AdamAttributes, GraphNode } from '@voltaic/core/graph'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import type { LoweredNode } from '../rule.ts'

/** What Adam's step count comes to. */
export interface AdamPowers {
  /** The step that this update is, as it is stored. */
  readonly counted: Raw
  /** β₁ᵗ and β₂ᵗ. */
  readonly power1: Raw
  readonly power2: Raw
  /** ε·√(1 − β₂ᵗ) */
  readonly epsilon: Raw
}

/**
 * Adam's update as TensorFlow makes it in one pass:
 * m ← m + (g − m)(1 − β₁); v ← v + (g² − v)(1 − β₂); p ← p − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε′), which with
 * ε′ = ε·√(1 − β₂ᵗ) is PyTorch's.
 */
export function adamUpdate(emit: Emitter, { inputs, attributes }: LoweredNode<AdamAttributes>): readonly Raw[] {
  const { p, g, lr, beta1, beta2, weightDecay, step, m, v } = operandsOf(inputs)
  const { counted, power1, power2, epsilon } = emit.powers.get(step) ?? adamPowers(emit, [operandsOf(inputs)])[0]!
  const decays = attributes.weightDecay && attributes.decoupled
  const weights = decays ? emit.op('Sub', p, emit.op('Mul', p, emit.op('Mul', lr, weightDecay))) : p
  const updated = emit.builder.update(
    {
      name: 'ResourceApplyAdam',
      attributes: { T: p.dtype, use_locking: false, use_nesterov: false },
      nothing: emit.number(0, p.dtype),
    },
    [weights, m, v],
    [power1, power2, lr, beta1, beta2, epsilon, directed(emit, p, g, weightDecay, attributes)],
  )
  return [updated[0]!, counted, updated[1]!, updated[2]!]
}

/**
 * Counts the steps of all parameters that share their hyper-parameters together: a count is one number, for which an op of
 * TensorFlow takes as long as for a thousand.
 *
 * @param nodes - updates that fuse
 * @param values - the inputs and scalars of their graph
 */
export function shareAdamPowers(emit: Emitter, nodes: readonly GraphNode[], values: readonly Raw[]): void {
  const groups = new Map<string, AdamOperands[]>()
  for (const node of nodes) {
    const inputs = node.inputs.map((id) => values[id])
    const { p, step, beta1, beta2, eps } = operandsOf(inputs as readonly Raw[])
    // What is computed in the graph is not there yet.
    if ([p, step, beta1, beta2, eps].includes(undefined as never)) continue
    const key = `${p.dtype} ${step.dtype} ${beta1.slot} ${beta2.slot} ${eps.slot}`
    groups.set(key, [...(groups.get(key) ?? []), operandsOf(inputs as readonly Raw[])])
  }
  for (const group of groups.values()) {
    const powers = adamPowers(emit, group)
    for (const [i, { step }] of group.entries()) emit.powers.set(step, powers[i]!)
  }
}

interface AdamOperands {
  readonly p: Raw
  readonly g: Raw
  readonly lr: Raw
  readonly beta1: Raw
  readonly beta2: Raw
  readonly eps: Raw
  readonly weightDecay: Raw
  readonly step: Raw
  readonly m: Raw
  readonly v: Raw
}

/** The composite's inputs. TensorFlow makes complements and logarithms of the betas itself. */
function operandsOf(inputs: readonly Raw[]): AdamOperands {
  const [p, g, lr, beta1, beta2, , , , , eps, weightDecay, step, m, v] = inputs
  return {
    p: p!,
    g: g!,
    lr: lr!,
    beta1: beta1!,
    beta2: beta2!,
    eps: eps!,
    weightDecay: weightDecay!,
    step: step!,
    m: m!,
    v: v!,
  }
}

/** Of updates that share dtypes, betas and ε. */
function adamPowers(emit: Emitter, group: readonly AdamOperands[]): AdamPowers[] {
  const { p, beta1, beta2, eps, step } = group[0]!
  const steps =
    group.length === 1
      ? step
      : emit.stack(
          group.map((operands) => operands.step),
          0,
        )
  const counted = emit.op('AddV2', steps, emit.number(1, step.dtype))
  const t = emit.cast(counted, p.dtype)
  const power2 = emit.op('Pow', beta2, t)
  const correction = emit.op('Sqrt', emit.op('Sub', emit.number(1, p.dtype), power2))
  const [counts, powers1, powers2, epsilons] = [
    counted,
    emit.op('Pow', beta1, t),
    power2,
    emit.op('Mul', eps, correction),
  ].map((x) => (group.length === 1 ? [x] : emit.unstack(x)))
  return group.map((_, i) => {
    return { counted: counts![i]!, power1: powers1![i]!, power2: powers2![i]!, epsilon: epsilons![i]! }
  })
}

/** The gradient of what is minimised. */
function directed(
  emit: Emitter,
  p: Raw,
  g: Raw,
  weightDecay: Raw,
  { weightDecay: decays, decoupled, maximize }: AdamAttributes,
): Raw {
  const signed = maximize ? emit.op('Neg', g) : g
  return decays && !decoupled ? emit.op('AddV2', signed, emit.op('Mul', p, weightDecay)) : signed
}
