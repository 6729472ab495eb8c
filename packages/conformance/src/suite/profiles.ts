import type { Capabilities } from '@voltaic/core'
import type { DType } from '@voltaic/core/graph'
import type { Requirements } from './case.ts'

export type ProfileName = 'core-f32' | 'mixed-f16' | 'mixed-bf16' | 'true-half' | 'double'

/** What a backend can promise as a whole. */
export interface Profile {
  readonly name: ProfileName
  /** What it is enough for. */
  readonly purpose: string
  /** The dtypes that it adds to those of the profiles before it. */
  readonly dtypes: readonly DType[]
  /** Whether it adds `op` on one of its dtypes. */
  readonly includes: (op: string) => boolean
  /** Where an accelerator declares all of these, it claims the profile. */
  readonly sign: readonly (readonly [op: string, dtype: DType])[]
}

/**
 * Ops that no mixed-precision training meets in half precision: they order or scan, are computed in float32 under autocast,
 * or belong to optimizers, whose state is float32.
 */
const neverHalf: ReadonlySet<string> = new Set([
  ...['prod', 'argmax', 'argmin', 'cumsum', 'sort', 'topK', 'floor', 'ceil', 'round', 'trunc', 'remainder'],
  ...['tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'iota', 'scatter'],
])

const any = (): boolean => true
const mixed = (op: string): boolean => !neverHalf.has(op)

/** From the least to the most; a profile holds only what those before it do not. */
export const profiles: readonly Profile[] = [
  {
    name: 'core-f32',
    purpose: 'training in float32',
    dtypes: ['float32', 'int32', 'uint32', 'uint8', 'bool'],
    includes: any,
    sign: [['matmul', 'float32']],
  },
  {
    name: 'mixed-f16',
    purpose: "precision: '16-mixed'",
    dtypes: ['float16'],
    includes: mixed,
    sign: [['matmul', 'float16']],
  },
  {
    name: 'mixed-bf16',
    purpose: "precision: 'bf16-mixed'",
    dtypes: ['bfloat16'],
    includes: mixed,
    sign: [['matmul', 'bfloat16']],
  },
  {
    name: 'true-half',
    purpose: "precision: '16-true' and 'bf16-true', and every op on half types",
    dtypes: ['float16', 'bfloat16'],
    includes: any,
    sign: [
      ['matmul', 'float16'],
      ['matmul', 'bfloat16'],
      ['cumsum', 'float16'],
      ['cumsum', 'bfloat16'],
    ],
  },
  {
    name: 'double',
    purpose: "precision: '64-true'",
    dtypes: ['float64'],
    includes: any,
    sign: [['matmul', 'float64']],
  },
]

/** Names of all profiles. */
export const profileNames: readonly ProfileName[] = profiles.map(({ name }) => name)

/**
 * The profiles that a case belongs to: for all that it needs the first that has it. In order; the last one names the case.
 * What needs nothing in particular belongs to core-f32.
 */
export function profilesOf({ ops = [], dtypes = [] }: Requirements): readonly ProfileName[] {
  const needed = new Set<ProfileName>()
  for (const [op, dtype] of ops) needed.add(homeOf(dtype, op))
  for (const dtype of dtypes) needed.add(homeOf(dtype, 'reshape'))
  const names = profileNames.filter((name) => needed.has(name))
  return names.length === 0 ? ['core-f32'] : names
}

function homeOf(dtype: DType, op: string): ProfileName {
  return profiles.find((profile) => profile.dtypes.includes(dtype) && profile.includes(op))!.name
}

/** The profiles that an accelerator claims by what it declares; one that is only begun claims none. */
export function claimedProfiles(capabilities: Capabilities): ProfileName[] {
  return profiles
    .filter(({ sign }) => sign.every(([op, dtype]) => capabilities.supports(op, dtype) !== undefined))
    .map(({ name }) => name)
}
