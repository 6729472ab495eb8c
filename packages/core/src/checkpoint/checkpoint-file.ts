import { DataError } from '../errors/errors.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { formatShape } from '../graph/spec.ts'
import { Tensor } from '../tensor/tensor.ts'
import { crc32c } from '../util/crc32c.ts'
import { joinBytes } from '../util/join-bytes.ts'
import { decodeSafetensors } from './decode-safetensors.ts'
import { safetensorsParts } from './encode-safetensors.ts'
import type { Safetensors } from './safetensors.ts'
import { downloadAll } from './state-file.ts'
import { flattenTree, unflattenTree } from './tree.ts'

/**
 * All that a run needs to go on, nested as its author likes: numbers (also NaN, ±Infinity and −0), texts, lists, plain objects,
 * Maps, tensors and host tensors.
 */
export type Checkpoint = Readonly<Record<string, unknown>>

/** What stands in the metadata of a checkpoint's file, beside the tensors. */
interface Manifest {
  /** The checkpoint with references in place of tensors. */
  readonly checkpoint: unknown
  readonly tensors: Readonly<Record<string, Sum>>
}

/** What a tensor was when it was saved. */
interface Sum {
  readonly dtype: string
  readonly shape: readonly number[]
  /** CRC-32C of its bytes. */
  readonly crc32c: number
}

const format = 'voltaic-checkpoint'
const version = '1'

/**
 * A checkpoint as a safetensors file, in parts to be written one behind the other. Each tensor is named by its place:
 * `stateDict.net.weight`. The rest is JSON in the metadata, with a checksum of every tensor and of itself.
 *
 * @throws MisconfigurationError naming the place of what is no plain data
 */
export async function checkpointParts(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>[]> {
  const { tree, tensors } = flattenTree(checkpoint)
  const onDevice = tensors.map(({ tensor }) => tensor).filter((tensor) => tensor instanceof Tensor)
  const downloaded = (await downloadAll(onDevice)).values()
  const hosts = new Map<string, HostTensor>()
  for (const { name, tensor } of tensors) {
    hosts.set(name, tensor instanceof Tensor ? downloaded.next().value! : tensor)
  }
  const sums = Array.from(hosts, ([name, host]) => [name, sumOf(host)] as const)
  const manifest = JSON.stringify({ checkpoint: tree, tensors: Object.fromEntries(sums) } satisfies Manifest)
  return safetensorsParts({ tensors: hosts, metadata: { format, version, manifest, crc32c: textSum(manifest) } })
}

/** The same in one piece. @throws MisconfigurationError naming the place of what is no plain data */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  return joinBytes(await checkpointParts(checkpoint))
}

/**
 * The checkpoint in a file. Tensors come as tensors, host tensors as host tensors.
 *
 * @param who - named in errors: the caller, and the file if there is one
 * @throws DataError when the file is truncated, damaged or changed since it was saved, or no checkpoint of Voltaic
 */
export function decodeCheckpoint(bytes: Uint8Array, who = 'decodeCheckpoint'): Checkpoint {
  const file = decodeSafetensors(bytes, who)
  const { checkpoint, tensors: sums } = readManifest(who, file)
  checkTensors(who, sums, file.tensors)
  return unflattenTree(checkpoint, (name) => {
    const tensor = file.tensors.get(name)
    if (tensor === undefined) throw new DataError(`${who}: the manifest names a tensor that is not there, got ${name}`)
    return tensor
  }) as Checkpoint
}

function readManifest(who: string, { metadata }: Safetensors): Manifest {
  if (metadata.format !== format || metadata.manifest === undefined) {
    throw new DataError(
      `${who}: no checkpoint, got a safetensors file of the format ${JSON.stringify(metadata.format)}; a state dict is read by loadSafetensors()`,
    )
  }
  if (metadata.version !== version) {
    throw new DataError(`${who}: reads checkpoints of version ${version}, got ${metadata.version}; update Voltaic`)
  }
  if (textSum(metadata.manifest) !== metadata.crc32c) {
    throw new DataError(
      `${who}: the manifest is not what was saved, got another checksum; the file was damaged or changed`,
    )
  }
  return JSON.parse(metadata.manifest)
}

/** All faults at once. */
function checkTensors(who: string, sums: Manifest['tensors'], tensors: ReadonlyMap<string, HostTensor>): void {
  const names = Object.keys(sums)
  const faults = [
    ...names.flatMap((name) => faultOf(name, sums[name]!, tensors.get(name))),
    ...[...tensors.keys()].filter((name) => !Object.hasOwn(sums, name)).map((name) => `${name} was not there`),
  ]
  if (faults.length === 0) return
  throw new DataError(
    `${who}: tensors are not what was saved, got ${faults.join('; ')}; the file was damaged or changed`,
  )
}

function faultOf(name: string, saved: Sum, tensor: HostTensor | undefined): string[] {
  if (tensor === undefined) return [`${name} is missing`]
  const { dtype, shape } = tensor
  const [was, is] = [saved, { dtype, shape }].map((spec) => spec.dtype + formatShape(spec.shape))
  if (was !== is) return [`${name} is ${is} and was ${was}`]
  return sumOf(tensor).crc32c === saved.crc32c ? [] : [`${name} has other numbers`]
}

function sumOf({ dtype, shape, data }: HostTensor): Sum {
  return { dtype, shape, crc32c: crc32c(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) }
}

function textSum(text: string): string {
  return crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0')
}
