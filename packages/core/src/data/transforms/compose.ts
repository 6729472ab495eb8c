import type { HostRandom } from '../../util/host-random.ts'
import type { Transform } from '../transformed-dataset.ts'

/** One transform after the other; each gets what the one before it returned. They draw from one stream, in this order. */
export function compose<A, B>(first: Transform<A, B>): Transform<A, B>
export function compose<A, B, C>(first: Transform<A, B>, second: Transform<B, C>): Transform<A, C>
export function compose<A, B, C, D>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
): Transform<A, D>
export function compose<A, B, C, D, E>(
  first: Transform<A, B>,
  second: Transform<B, C>,
  third: Transform<C, D>,
  fourth: Transform<D, E>,
): Transform<A, E>
export function compose<T>(...transforms: readonly Transform<T>[]): Transform<T>
export function compose(...transforms: readonly Transform<unknown>[]): Transform<unknown> {
  return async (input: unknown, random: HostRandom) => {
    let output = input
    for (const transform of transforms) output = await transform(output, random)
    return output
  }
}
