import { type Finding, note, ok } from './finding.ts'
import type { System } from './system.ts'

/** Variables that change what TensorFlow does. */
export function checkEnvironment({ env }: System): Finding[] {
  const findings: Finding[] = []
  const { CUDA_VISIBLE_DEVICES, NVIDIA_TF32_OVERRIDE, TF_FORCE_GPU_ALLOW_GROWTH } = env
  if (CUDA_VISIBLE_DEVICES !== undefined) {
    const hides = CUDA_VISIBLE_DEVICES === '' || CUDA_VISIBLE_DEVICES === '-1'
    findings.push(
      hides
        ? note('CUDA_VISIBLE_DEVICES', 'hides every GPU', 'unset CUDA_VISIBLE_DEVICES')
        : ok('CUDA_VISIBLE_DEVICES', CUDA_VISIBLE_DEVICES),
    )
  }
  if (TF_FORCE_GPU_ALLOW_GROWTH === 'false') {
    findings.push(
      note('TF_FORCE_GPU_ALLOW_GROWTH', 'false: one process takes all memory', 'unset it, which means true'),
    )
  }
  if (NVIDIA_TF32_OVERRIDE !== undefined && NVIDIA_TF32_OVERRIDE !== '0') {
    findings.push(
      note(
        'NVIDIA_TF32_OVERRIDE',
        `${NVIDIA_TF32_OVERRIDE}: from Ampere on, float32 products keep 10 bits of each factor (TF32)`,
        'unset it for full precision, which is the default of cuda()',
      ),
    )
  }
  return findings
}
