import type { Region } from '@voltaic/core/graph'
import { isPacked } from '../../wgsl/layout.ts'
import type { Lowering } from '../lowering.ts'
import { lowerElementwise } from './elementwise.ts'
import { lowerReductions } from './reductions.ts'

/** Kernels of a region: one, where its outputs and its reductions can be written by the same invocations. */
export function lowerRegion(lowering: Lowering, region: Region): void {
  const outputs = region.outputs.filter(({ value }) => lowering.spec(value).size > 0)
  const reductions = region.reductions.filter(({ value }) => lowering.spec(value).size > 0)
  if (reductions.length === 0) {
    if (outputs.length > 0) lowerElementwise(lowering, { ...region, outputs }, { inPlace: true })
    return
  }
  // Packed numbers are written by the invocation of their element, reductions by that of their row.
  const apart = outputs.some(({ value }) => isPacked(lowering.spec(value)))
  if (apart) lowerElementwise(lowering, { ...region, outputs }, { inPlace: false })
  lowerReductions(lowering, { ...region, outputs: apart ? [] : outputs, reductions })
}
