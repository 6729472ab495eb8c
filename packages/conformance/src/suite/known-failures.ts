import { MisconfigurationError } from '@voltaic/core'

/** A case that an accelerator is known to fail. There is no other way to let one fail. */
export interface KnownFailure {
  /** Of the case. */
  readonly id: string
  /** What the message of the failure has to contain: the case passes only if it fails for this. */
  readonly error: string
  /** Why it fails. */
  readonly reason: string
  /** Where that is being worked on. */
  readonly link: string
}

/**
 * The known failures by the ids of their cases.
 *
 * @throws MisconfigurationError when one is incomplete, named twice, or of a case that there is not
 */
export function knownFailuresById(
  failures: readonly KnownFailure[],
  ids: ReadonlySet<string>,
): ReadonlyMap<string, KnownFailure> {
  const byId = new Map<string, KnownFailure>()
  for (const failure of failures) {
    const { id, error, reason, link } = failure
    if (!ids.has(id)) throw new MisconfigurationError(`knownFailures: there is no such case, got ${id}; remove it`)
    if (byId.has(id)) throw new MisconfigurationError(`knownFailures: a case is named once, got ${id} twice`)
    if ([error, reason, link].some((text) => typeof text !== 'string' || text.trim() === '')) {
      throw new MisconfigurationError(
        `knownFailures: each has an error, a reason and a link, got ${JSON.stringify(failure)}`,
      )
    }
    byId.set(id, failure)
  }
  return byId
}
