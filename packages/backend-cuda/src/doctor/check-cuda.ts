import { join } from 'node:path'
import { type Finding, note, ok, problem } from './finding.ts'
import type { System } from './system.ts'

/** What libtensorflow 2.9 loads when it starts; without one of them it runs on the CPU. */
const libraries = [
  'libcudart.so.11.0',
  'libcublas.so.11',
  'libcublasLt.so.11',
  'libcufft.so.10',
  'libcurand.so.10',
  'libcusolver.so.11',
  'libcusparse.so.11',
  'libcudnn.so.8',
]

const leastDriver = 450.8

/** The libraries of CUDA 11.2 and cuDNN 8.1, the driver, and what GPUs there are. */
export function checkCuda(system: System): Finding[] {
  return [...(system.platform === 'linux' ? [checkLibraries(system)] : []), ...checkGpus(system)]
}

function checkLibraries(system: System): Finding {
  const visible = visibleLibraries(system)
  const missing = libraries.filter((name) => !visible.has(name))
  if (missing.length === 0) return ok('CUDA libraries', 'CUDA 11 and cuDNN 8')
  const elsewhere = system
    .list('/usr/local')
    .filter((name) => name.startsWith('cuda'))
    .flatMap((name) => [`/usr/local/${name}/lib64`, `/usr/local/${name}/targets/x86_64-linux/lib`])
    .find((folder) => missing.some((name) => system.list(folder).includes(name)))
  const remedy =
    elsewhere === undefined
      ? 'install CUDA 11.2 and cuDNN 8.1, beside what there is: newer ones do not serve; or use the container of docs/cuda.md'
      : `export LD_LIBRARY_PATH=${elsewhere}:$LD_LIBRARY_PATH`
  return problem('CUDA libraries', `not found: ${missing.join(', ')}`, remedy)
}

function visibleLibraries({ env, list, run }: System): Set<string> {
  const folders = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '')
  const cached = [...(run('ldconfig', ['-p']) ?? '').matchAll(/^\s*(lib\S+)/gm)].map(([, name]) => name!)
  return new Set([...folders.flatMap((folder) => list(join(folder))), ...cached])
}

function checkGpus({ run }: System): Finding[] {
  const query = ['--query-gpu=name,driver_version,compute_cap,memory.total', '--format=csv,noheader']
  const lines = run('nvidia-smi', query)?.trim().split('\n').filter(Boolean) ?? []
  if (lines.length === 0) {
    return [
      problem(
        'driver',
        'nvidia-smi finds no GPU',
        'install the NVIDIA driver; in a container, pass the GPU: --gpus all',
      ),
    ]
  }
  return lines.flatMap((line) => {
    const [name, driver, capability, memory] = line.split(',').map((field) => field.trim()) as [
      string,
      string,
      string,
      string,
    ]
    return [checkDriver(driver), checkCapability(`${name}, ${memory}, compute capability ${capability}`, capability)]
  })
}

function checkDriver(version: string): Finding {
  if (Number.parseFloat(version) >= leastDriver) return ok('driver', version)
  return problem('driver', version, 'install a driver from 450.80.02 on: CUDA 11.2 needs one')
}

/** What libtensorflow 2.9 was built for: machine code up to 8.0, which all 8.x run, and PTX for what is newer. */
function checkCapability(found: string, capability: string): Finding {
  const major = Math.floor(Number.parseFloat(capability))
  if (Number.parseFloat(capability) < 3.5) return problem('GPU', found, 'TensorFlow needs compute capability 3.5')
  if (major >= 10) {
    return problem(
      'GPU',
      found,
      'TensorFlow 2.9 is reported to fail on Blackwell and later; use an older card, or WebGPU',
    )
  }
  if (major === 9) {
    return note(
      'GPU',
      `${found}; no machine code for it, so the driver compiles kernels from PTX at the first start`,
      'let the first start take up to half an hour, with CUDA_CACHE_MAXSIZE=4294967296 so that it is the only one',
    )
  }
  return ok('GPU', `${found}; starts within seconds`)
}
