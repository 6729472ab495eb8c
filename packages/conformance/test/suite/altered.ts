import { type Accelerator, type Capabilities, reference } from '@voltaic/core'

/** A reference with other parts. */
export function altered(changes: (accelerator: Accelerator) => Partial<Accelerator>): Accelerator {
  const accelerator = reference()
  return { ...accelerator, ...changes(accelerator) }
}

/** A reference that declares less: not what `lacks` says. It runs it nonetheless, where it is asked to. */
export function lacking(lacks: (op: string, dtype: string) => boolean, more: Partial<Capabilities> = {}): Accelerator {
  return altered(({ capabilities }) => ({
    capabilities: {
      ...capabilities,
      ...more,
      supports: (op, dtype) => (lacks(op, dtype) ? undefined : capabilities.supports(op, dtype)),
    },
  }))
}
