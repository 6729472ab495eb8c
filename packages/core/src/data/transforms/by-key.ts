import { DataError } from '../../errors/errors.ts'
import type { HostRandom } from '../../util/host-random.ts'
import type { Transform } from '../transformed-dataset.ts'

type Transforms = Readonly<Record<string, Transform<never, unknown>>>

/** A sample that has what each of the transforms takes. */
type TakenBy<T extends Transforms> = { readonly [Key in keyof T]: Parameters<T[Key]>[0] }

type Transformed<Sample, T extends Transforms> = {
  [Key in keyof Sample]: Key extends keyof T ? Awaited<ReturnType<T[Key]>> : Sample[Key]
}

/**
 * A transform for each of some keys of a sample; the others stay as they are.
 *
 * All draw from the sample's stream, in the order in which they are written.
 *
 * @throws DataError when a sample has none of a key
 */
export function byKey<T extends Transforms>(
  transforms: T,
): <Sample extends TakenBy<T>>(sample: Sample, random: HostRandom) => Promise<Transformed<Sample, T>> {
  return async (sample, random) => {
    const output: Record<string, unknown> = { ...sample }
    for (const [key, transform] of Object.entries(transforms)) {
      if (!Object.hasOwn(sample, key)) {
        throw new DataError(`transforms.byKey: a sample has no ${key}, got ${Object.keys(sample).join(', ')}`)
      }
      output[key] = await transform(sample[key] as never, random)
    }
    return output as Transformed<typeof sample, T>
  }
}
