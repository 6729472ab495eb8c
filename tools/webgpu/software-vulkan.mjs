// Vulkan in software, set up privately: no root, nothing installed, everything below one folder.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { codename, fetchPackages, whyNoPackages } from './apt.mjs'

/** The drivers: Mesa's lavapipe, which has shader-f16, and SwiftShader, which comes with Chromium. */
export const drivers = {
  lavapipe: {
    packages: ['mesa-vulkan-drivers', 'libvulkan1'],
    // That of Debian 12 is refused by Dawn.
    suite: (release) => `${release}-backports`,
    library: /^libvulkan_lvp\.so$/,
  },
  swiftshader: {
    packages: ['chromium', 'libvulkan1'],
    suite: (release) => release,
    library: /^libvk_swiftshader\.so$/,
  },
}

/** Where it all lies: `$VOLTAIC_CACHE`, else `voltaic` in the user's cache. */
export function cacheFolder() {
  const { VOLTAIC_CACHE, XDG_CACHE_HOME } = process.env
  return VOLTAIC_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'voltaic')
}

/** Sets up a driver where that is yet to be done, and gives its environment. */
export function setUp(name) {
  const ready = environmentOf(name)
  if (ready !== undefined) return ready
  const reason = whyNoPackages()
  if (reason !== undefined) throw new Error(`tools/webgpu: cannot set up ${name}: ${reason}`)
  const { packages, suite } = drivers[name]
  const folder = join(cacheFolder(), name)
  rmSync(join(folder, 'root'), { recursive: true, force: true })
  fetchPackages({ packages, suite: suite(codename()), cache: join(folder, 'apt'), root: join(folder, 'root') })
  const environment = environmentOf(name)
  if (environment === undefined) throw new Error(`tools/webgpu: ${name} was fetched to ${folder}, but does not load`)
  return environment
}

/**
 * Environment variables under which a process finds the driver; `undefined` where it is not set up. They must be there
 * when the process starts.
 */
export function environmentOf(name) {
  const folder = join(cacheFolder(), name)
  const root = join(folder, 'root')
  if (!existsSync(root)) return undefined
  const files = filesBelow(root)
  const driver = files.find(({ file }) => drivers[name].library.test(file))
  if (driver === undefined) return undefined
  // Where libraries lie, and not the plug-ins below.
  const libraries = [...new Set(files.map(({ folder }) => folder))].filter((path) =>
    /\/lib(\/[^/]+-linux-gnu)?$/.test(path),
  )
  const { LD_LIBRARY_PATH } = process.env
  const path = [...libraries, LD_LIBRARY_PATH].filter(Boolean)
  const environment = {
    LD_LIBRARY_PATH: [...new Set(path.join(':').split(':'))].join(':'),
    VK_ICD_FILENAMES: writeManifest(folder, join(driver.folder, driver.file)),
    MESA_SHADER_CACHE_DIR: join(cacheFolder(), 'shaders'),
  }
  mkdirSync(environment.MESA_SHADER_CACHE_DIR, { recursive: true })
  return loads(join(driver.folder, driver.file), environment) ? environment : undefined
}

/** The JSON by which the Vulkan loader knows a driver. */
function writeManifest(folder, library) {
  const path = join(folder, 'icd.json')
  const manifest = { file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } }
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`)
  return path
}

// The machine may have changed since: a library of its own may be gone.
function loads(library, environment) {
  const { status, stdout } = spawnSync('ldd', [library], { env: { ...process.env, ...environment } })
  return status === 0 && !stdout.toString().includes('not found')
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return filesBelow(join(folder, entry.name))
    return [{ folder, file: entry.name }]
  })
}
