import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'

/** What a number must carry to be compared. */
export interface Environment {
  readonly cpu: string
  readonly cores: number
  /** Threads of contractions, in every system. */
  readonly threads: number
  readonly memoryGiB: number
  readonly platform: string
  readonly versions: Readonly<Record<string, string>>
  /** UTC. */
  readonly date: string
}

const require = createRequire(import.meta.url)

export function environment(threads: number): Environment {
  const packages = ['@voltaic/core', '@voltaic/backend-cpu', 'onnxruntime-node']
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    threads,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    versions: { node: process.versions.node, ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])) },
    date: new Date().toISOString(),
  }
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { readonly version: string }).version
}
