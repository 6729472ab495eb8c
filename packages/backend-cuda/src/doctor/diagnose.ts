import { checkCuda } from './check-cuda.ts'
import { checkEnvironment } from './check-environment.ts'
import { checkPackage } from './check-package.ts'
import { checkTensorflow } from './check-tensorflow.ts'
import type { Finding } from './finding.ts'
import type { System } from './system.ts'

/** All that the CUDA backend needs, from the outside in; TensorFlow is started only where its files are there. */
export async function diagnose(system: System): Promise<Finding[]> {
  const files = checkPackage(system)
  const findings = [...files, ...checkCuda(system), ...checkEnvironment(system)]
  const canStart = files.every(({ status }) => status !== 'problem')
  return canStart ? [...findings, ...(await checkTensorflow(system))] : findings
}
