import type { ConformanceCase } from '../../suite/case.ts'
import { dtypeCases } from './dtype-cases.ts'
import { scalerCases } from './scaler-cases.ts'
import { traceCases } from './trace-cases.ts'

/** Layer 4: the optimizer loop does on an accelerator what PyTorch and Lightning were recorded to do. */
export function loopCases(): ConformanceCase[] {
  return [...traceCases('float32'), ...traceCases('float64'), ...scalerCases(), ...dtypeCases()]
}
