import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { loadTfjs, packageName, type Tfjs } from '../binding/load-tfjs.ts'

/** The machine, as the doctor sees it. */
export interface System {
  readonly platform: string
  readonly arch: string
  readonly nodeVersion: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What a program prints; undefined when it is missing or fails. */
  run(program: string, args: readonly string[]): string | undefined
  /** Names in a folder; none where there is no such folder. */
  list(folder: string): readonly string[]
  /** The folder of `@tensorflow/tfjs-node-gpu`; undefined when it is not installed. */
  packageFolder(): string | undefined
  /** Starts TensorFlow. */
  load(): Promise<Tfjs>
}

/** This machine. @param from - the folder of the package, where it is not found by its name */
export function thisSystem(from?: string): System {
  return {
    platform: process.platform,
    arch: process.arch,
    nodeVersion: process.versions.node,
    env: process.env,
    run(program, args) {
      const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 })
      return status === 0 ? stdout : undefined
    },
    list(folder) {
      try {
        return readdirSync(folder)
      } catch {
        return []
      }
    },
    packageFolder: () => from ?? installedFolder(),
    load: () => loadTfjs({ from }),
  }
}

function installedFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`))
  } catch {
    return undefined
  }
}
