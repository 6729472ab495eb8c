import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/doctor/diagnose.ts'
import { type Finding, formatFindings } from '../../src/doctor/finding.ts'
import type { System } from '../../src/doctor/system.ts'
import { StrictBinding, tfjsOn } from '../support/strict-binding.ts'

const folder = '/app/node_modules/@tensorflow/tfjs-node-gpu'

const cudaLibraries = [
  ...['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10'],
  ...['libcusolver.so.11', 'libcusparse.so.11', 'libcudnn.so.8'],
]

const files: Readonly<Record<string, readonly string[]>> = {
  [`${folder}/lib`]: ['napi-v8'],
  [`${folder}/lib/napi-v8`]: ['tfjs_binding.node'],
  [`${folder}/deps/lib`]: ['libtensorflow.so', 'libtensorflow.so.2', 'libtensorflow.so.2.9.1'],
}

interface Machine extends Partial<Omit<System, 'run' | 'list'>> {
  readonly gpu?: string
  readonly cached?: readonly string[]
  readonly files?: Readonly<Record<string, readonly string[]>>
}

/** A machine on which all is well, but for what is given. */
function machine({
  gpu = 'NVIDIA A10, 535.104.05, 8.6, 23028 MiB',
  cached = cudaLibraries,
  ...rest
}: Machine = {}): System {
  const programs: Record<string, string> = {
    ldconfig: cached.map((name) => `\t${name} (libc6,x86-64) => /usr/lib/${name}`).join('\n'),
    'nvidia-smi': gpu,
  }
  const listed = { ...files, ...rest.files }
  return {
    platform: 'linux',
    arch: 'x64',
    nodeVersion: '22.11.0',
    env: {},
    packageFolder: () => folder,
    load: async () => tfjsOn(new StrictBinding({ isGpu: true })),
    ...rest,
    run: (program) => programs[program],
    list: (name) => listed[name] ?? [],
  }
}

async function findingOn(subject: string, system: System): Promise<Finding | undefined> {
  return (await diagnose(system)).find((finding) => finding.subject === subject)
}

test('where all is there, nothing is wrong', async () => {
  const findings = await diagnose(machine())
  expect(findings.map(({ subject, status }) => `${subject} ${status}`)).toEqual([
    ...['Node ok', 'package ok', 'addon ok', 'libtensorflow ok'],
    ...['CUDA libraries ok', 'driver ok', 'GPU ok', 'start ok'],
  ])
  expect(formatFindings(findings)).toMatch(/✓ GPU +NVIDIA A10.*starts within seconds[\s\S]*The CUDA backend can run\.$/)
})

describe('a problem comes with its remedy', () => {
  test.each<[name: string, subject: string, machine: Machine, found: RegExp, remedy: RegExp]>([
    ['an old Node', 'Node', { nodeVersion: '18.20.0' }, /18\.20\.0/, /install Node 20/],
    ['another system', 'Node', { platform: 'darwin', arch: 'arm64' }, /darwin-arm64/, /linux-x64/],
    [
      'no package',
      'package',
      { packageFolder: () => undefined },
      /not installed/,
      /npm install @tensorflow.*approve-builds/,
    ],
    ['no addon', 'addon', { files: { [`${folder}/lib`]: [] } }, /install script did not run/, /npm rebuild/],
    ['no library', 'libtensorflow', { files: { [`${folder}/deps/lib`]: [] } }, /missing/, /npm rebuild/],
    [
      'another CUDA',
      'CUDA libraries',
      { cached: ['libcudart.so.12'] },
      /libcudart\.so\.11\.0/,
      /CUDA 11\.2 and cuDNN 8\.1/,
    ],
    [
      'CUDA where nobody looks',
      'CUDA libraries',
      { cached: [], files: { '/usr/local': ['cuda-11.2'], '/usr/local/cuda-11.2/lib64': cudaLibraries } },
      /not found/,
      /LD_LIBRARY_PATH=\/usr\/local\/cuda-11\.2\/lib64/,
    ],
    ['no GPU', 'driver', { gpu: '' }, /finds no GPU/, /--gpus all/],
    ['an old driver', 'driver', { gpu: 'Tesla T4, 440.33, 7.5, 15109 MiB' }, /440/, /450\.80/],
    ['an old card', 'GPU', { gpu: 'GTX 650, 470.1, 3.0, 1024 MiB' }, /3\.0/, /3\.5/],
    ['Blackwell', 'GPU', { gpu: 'NVIDIA B200, 570.1, 10.0, 183359 MiB' }, /10\.0/, /reported to fail/],
    ['no start', 'start', { load: () => Promise.reject(new Error('libcuda.so.1')) }, /libcuda/, /see above/],
    [
      'a start on the CPU',
      'start',
      { load: async () => tfjsOn(new StrictBinding()) },
      /computes on the CPU/,
      /TF_CPP_MIN_LOG_LEVEL=0/,
    ],
  ])('%s', async (_, subject, given, found, remedy) => {
    const finding = await findingOn(subject, machine(given))
    expect(finding).toMatchObject({ status: 'problem' })
    expect(finding!.found).toMatch(found)
    expect(finding!.remedy).toMatch(remedy)
  })
})

test('of Hopper it says how long the first start takes', async () => {
  const finding = await findingOn('GPU', machine({ gpu: 'NVIDIA H100, 535.1, 9.0, 81559 MiB' }))
  expect(finding).toMatchObject({ status: 'note', remedy: expect.stringMatching(/half an hour.*CUDA_CACHE_MAXSIZE/) })
})

test('libraries that LD_LIBRARY_PATH names are found', async () => {
  const env = { LD_LIBRARY_PATH: '/opt/cuda/lib64' }
  const finding = await findingOn(
    'CUDA libraries',
    machine({ env, cached: [], files: { '/opt/cuda/lib64': cudaLibraries } }),
  )
  expect(finding).toMatchObject({ status: 'ok' })
})

test.each([
  ['CUDA_VISIBLE_DEVICES', '-1', 'note'],
  ['CUDA_VISIBLE_DEVICES', '0', 'ok'],
  ['TF_FORCE_GPU_ALLOW_GROWTH', 'false', 'note'],
  ['NVIDIA_TF32_OVERRIDE', '1', 'note'],
] as const)('%s=%s', async (name, value, status) => {
  expect(await findingOn(name, machine({ env: { [name]: value } }))).toMatchObject({ status })
})

test('without the package TensorFlow is not started', async () => {
  const findings = await diagnose(
    machine({ packageFolder: () => undefined, load: () => Promise.reject(new Error('no')) }),
  )
  expect(findings.map(({ subject }) => subject)).not.toContain('start')
})
