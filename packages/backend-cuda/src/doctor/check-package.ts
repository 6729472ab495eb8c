import { join } from 'node:path'
import { packageName } from '../binding/load-tfjs.ts'
import { type Finding, ok, problem } from './finding.ts'
import type { System } from './system.ts'

const version = '4.22.0'

/** Node, the package, its addon and its library. */
export function checkPackage(system: System): Finding[] {
  return [checkNode(system), ...checkFiles(system)]
}

function checkNode({ nodeVersion, platform, arch }: System): Finding {
  const [major, minor] = nodeVersion.split('.').map(Number) as [number, number]
  const found = `${nodeVersion} on ${platform}-${arch}`
  if (!(platform === 'linux' || platform === 'win32') || arch !== 'x64') {
    return problem('Node', found, 'TensorFlow is built with CUDA for linux-x64 and win32-x64 only')
  }
  if (major < 20 || (major === 20 && minor < 19)) return problem('Node', found, 'install Node 20.19 or newer')
  return ok('Node', found)
}

function checkFiles(system: System): Finding[] {
  const folder = system.packageFolder()
  if (folder === undefined) {
    return [
      problem(
        'package',
        `${packageName} is not installed`,
        `npm install ${packageName}@${version}; pnpm asks for pnpm approve-builds before it runs its script`,
      ),
    ]
  }
  return [ok('package', folder), checkAddon(system, folder), checkLibrary(system, folder)]
}

function checkAddon(system: System, folder: string): Finding {
  const lib = join(folder, 'lib')
  const builds = system.list(lib).filter((name) => system.list(join(lib, name)).includes('tfjs_binding.node'))
  if (builds.length > 0) return ok('addon', builds.join(', '))
  return problem(
    'addon',
    'tfjs_binding.node is missing: the install script did not run, or could not download it',
    `npm rebuild ${packageName}, where its host can be reached; TFJS_NODE_CDN_STORAGE names another`,
  )
}

function checkLibrary(system: System, folder: string): Finding {
  const files = system.list(join(folder, 'deps', 'lib'))
  const library = files.filter((name) => /^(lib)?tensorflow\.(so(\.\d+)+|dll)$/.test(name)).at(-1)
  if (library !== undefined) return ok('libtensorflow', library)
  return problem(
    'libtensorflow',
    'the library is missing beside the addon',
    `npm rebuild ${packageName}, where its host can be reached; TFJS_NODE_BASE_URI names another`,
  )
}
