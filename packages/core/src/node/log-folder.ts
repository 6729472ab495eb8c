import { existsSync, readdirSync } from 'node:fs'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogFolder } from '../loggers/logger.ts'
import { writeAtomically } from './write-atomically.ts'

export interface LogFolderOptions {
  /** Of the experiment: a folder in `saveDir`. Default `'voltaic_logs'`. */
  readonly name?: string
  /** Of the run: a folder in the experiment's. Default: a number beyond all that are there, as `version_3`. */
  readonly version?: string | number
}

/** A folder on the disk for the files of loggers: `saveDir/name/version_N`. It is made with its first file. */
export interface DiskLogFolder extends LogFolder {
  /** Where the files lie. */
  readonly path: string
}

/**
 * The folder of a run. Several loggers may share it.
 *
 * ```ts
 * const folder = logFolder('runs')
 * const loggers = [new CSVLogger(folder), new TensorBoardLogger(folder)]
 * ```
 */
export function logFolder(
  saveDir: string,
  { name = 'voltaic_logs', version = nextVersion(join(saveDir, name)) }: LogFolderOptions = {},
): DiskLogFolder {
  const path = join(saveDir, name, typeof version === 'number' ? `version_${version}` : version)
  return {
    name,
    version,
    path,
    async append(file, bytes) {
      await mkdir(path, { recursive: true })
      await appendFile(join(path, file), bytes)
    },
    replace: (file, bytes) => writeAtomically(join(path, file), [bytes]),
    async read(file) {
      const target = join(path, file)
      return existsSync(target) ? readFile(target) : null
    },
  }
}

function nextVersion(folder: string): number {
  if (!existsSync(folder)) return 0
  const versions = readdirSync(folder).flatMap((entry) => {
    const [, digits] = /^version_(\d+)$/.exec(entry) ?? []
    return digits === undefined ? [] : [Number(digits)]
  })
  return Math.max(-1, ...versions) + 1
}
