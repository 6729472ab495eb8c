import type { Tensor } from '../tensor/tensor.ts'
import type { LoopContext } from './loop-context.ts'

/** A backward pass with its hooks, as both modes of optimization do it. */
export async function backward({ module, strategy, call }: LoopContext, loss: Tensor): Promise<void> {
  const prepared = strategy.precision.preBackward(loss)
  await call('onBeforeBackward', prepared)
  await strategy.backward(prepared, (scaled) => module.backward(scaled))
  await call('onAfterBackward')
}
