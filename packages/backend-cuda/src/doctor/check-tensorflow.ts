import { bindingOf } from '../binding/load-tfjs.ts'
import { CudaDevice } from '../device/cuda-device.ts'
import { type Finding, ok, problem } from './finding.ts'
import type { System } from './system.ts'

/** Starts TensorFlow and lets it compute something. */
export async function checkTensorflow(system: System): Promise<Finding[]> {
  try {
    const binding = bindingOf(await system.load())
    // Opening the device runs ops and reads what they give.
    new CudaDevice(binding, () => {}).close()
    const version = `TensorFlow ${binding.TF_Version}`
    if (binding.isUsingGpuDevice()) return [ok('start', `${version} computes on the GPU`)]
    return [
      problem(
        'start',
        `${version} computes on the CPU: it found no GPU, or not all of CUDA's libraries`,
        'see above, and what TensorFlow prints with TF_CPP_MIN_LOG_LEVEL=0',
      ),
    ]
  } catch (error) {
    return [problem('start', (error as Error).message, 'see above')]
  }
}
