import { dtypes, primitiveNames } from '@voltaic/core/graph'
import { check, expectEqual } from '../../check/expect.ts'
import type { CaseContext, ConformanceCase } from '../../suite/case.ts'

/** What an accelerator says of itself holds together, and does not change. */
export function capabilityCases(): ConformanceCase[] {
  return [
    { id: 'lifecycle/capabilities/are-well-formed', layer: 0, requires: {}, run: areWellFormed },
    { id: 'lifecycle/capabilities/do-not-change', layer: 0, requires: {}, run: doNotChange },
  ]
}

async function areWellFormed({ accelerator }: CaseContext): Promise<void> {
  const { supports, composites, limits, numerics } = accelerator.capabilities
  check(/^[a-z][a-z0-9-]*$/.test(accelerator.name), 'name: is short and in lower case', { got: accelerator.name })
  for (const op of [...primitiveNames, ...composites]) {
    for (const dtype of dtypes) {
      const support = supports.call(accelerator.capabilities, op, dtype)
      const isKnown = support === undefined || support === 'native' || support === 'emulated'
      check(isKnown, `supports: ${op} on ${dtype} is native, emulated or undefined`, { op, dtype, got: support })
    }
  }
  for (const op of composites) {
    const isAny = dtypes.some((dtype) => accelerator.capabilities.supports(op, dtype) !== undefined)
    check(isAny, `composites: names ${op}, which is supported on no dtype`, { op })
  }
  check(limits.maxBufferBytes >= 2 ** 20, 'limits.maxBufferBytes: a buffer holds a MiB at least', {
    got: limits.maxBufferBytes,
  })
  check(['ieee', 'bits-only'].includes(numerics.nonFinite), "numerics.nonFinite: 'ieee' or 'bits-only'", {
    got: numerics.nonFinite,
  })
  check(['keep', 'flush'].includes(numerics.subnormals), "numerics.subnormals: 'keep' or 'flush'", {
    got: numerics.subnormals,
  })
}

async function doNotChange({ accelerator, create }: CaseContext): Promise<void> {
  const fresh = create()
  // Some know only of a device that they have looked for.
  await fresh.isAvailable()
  expectEqual('name of a fresh accelerator', fresh.name, accelerator.name)
  const [before, after] = [fresh, accelerator].map(({ capabilities }) => {
    const { numerics, limits, composites } = capabilities
    const supported = primitiveNames.flatMap((op) =>
      dtypes.map((dtype) => `${op} ${dtype} ${capabilities.supports(op, dtype)}`),
    )
    return JSON.stringify([supported, numerics, limits, [...composites]])
  })
  check(before === after, 'capabilities: those of a fresh accelerator are not those of one that is set up')
}
