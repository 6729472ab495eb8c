import { MisconfigurationError } from '../errors/errors.ts'
import { recording } from '../graph/record.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Gradients, TappedCall } from './tapped-call.ts'

/** What `forward` of a module takes. */
export type ForwardInputs<M> = M extends { forward(...inputs: infer Inputs): unknown }
  ? KnownInputs<Inputs>
  : readonly unknown[]

type KnownInputs<Inputs> = [Inputs] extends [never] ? readonly unknown[] : Inputs

/** What `forward` of a module gives. */
export type ForwardOutput<M> = M extends { forward(...inputs: never): infer Output } ? Output : unknown

/** Gets the inputs before `forward`; may return others, as an array, or alone if there is one. */
export type ForwardPreHook<M> = (module: M, inputs: ForwardInputs<M>) => unknown

/** Gets inputs and output of `forward`; may return another output. */
export type ForwardHook<M> = (module: M, inputs: ForwardInputs<M>, output: ForwardOutput<M>) => unknown

/** Gets the gradients of inputs and outputs, null for what has none; may return other gradients of the inputs. */
export type BackwardHook<M> = (
  module: M,
  gradInputs: Gradients,
  gradOutputs: Gradients,
) => Gradients | Tensor | null | undefined | void

/** Removes a hook, also at the end of a `using` block. Removing it twice does nothing. */
export interface HookHandle {
  remove(): void
  [Symbol.dispose](): void
}

type Forward = (...inputs: unknown[]) => unknown

interface AnyHooks {
  readonly before: ForwardPreHook<unknown>
  readonly after: ForwardHook<unknown>
  readonly backward: BackwardHook<unknown>
}

/** Hooks of one kind, each in a box of its own: one function may be there twice. */
type Boxes<Hook> = Set<{ readonly hook: Hook }>

type HookLists = { readonly [Kind in keyof AnyHooks]: Boxes<AnyHooks[Kind]> }

interface Hooked {
  readonly hooks: HookLists
  /** Puts the module's own `forward` back. */
  restore(): void
}

const hooked = new WeakMap<object, Hooked>()

/** Adds a hook. The first one puts a `forward` that calls hooks in the place of the module's own, the last to go puts it back. */
export function addHook<Kind extends keyof AnyHooks>(module: object, kind: Kind, hook: unknown): HookHandle {
  if (typeof hook !== 'function') {
    throw new MisconfigurationError(`${module.constructor.name}: a hook is a function, got ${typeof hook}`)
  }
  const { hooks, restore } = hooked.get(module) ?? wrapForward(module)
  const box = { hook: hook as AnyHooks[Kind] }
  hooks[kind].add(box)
  const remove = () => {
    const isLast = hooks[kind].delete(box) && hooks.before.size + hooks.after.size + hooks.backward.size === 0
    if (isLast) restore()
  }
  return { remove, [Symbol.dispose]: remove }
}

function wrapForward(module: object): Hooked {
  const { forward } = module as { readonly forward?: Forward }
  if (typeof forward !== 'function') {
    throw new MisconfigurationError(
      `${module.constructor.name}: hooks are called with its forward, got a module without one; add them to those inside`,
    )
  }
  const own = Object.getOwnPropertyDescriptor(module, 'forward')
  const restore = () => {
    hooked.delete(module)
    if (own === undefined) delete (module as { forward?: Forward }).forward
    else Object.defineProperty(module, 'forward', own)
  }
  const hooks: HookLists = { before: new Set(), after: new Set(), backward: new Set() }
  const entry = { hooks, restore }
  hooked.set(module, entry)
  Object.defineProperty(module, 'forward', {
    value: (...inputs: unknown[]) => callForward(module, forward, inputs, hooks),
    configurable: true,
    writable: true,
    enumerable: false,
  })
  return entry
}

function callForward(module: object, forward: Forward, given: unknown[], hooks: HookLists): unknown {
  let inputs = given
  for (const { hook } of [...hooks.before]) {
    const returned = hook(module, inputs)
    if (returned !== undefined) inputs = Array.isArray(returned) ? returned : [returned]
  }
  const tapped = hooks.backward.size > 0 && recording.gradEnabled ? tapCall(module, inputs, hooks) : null
  if (tapped !== null) inputs = tapped.inputs
  let output = forward.apply(module, inputs)
  for (const { hook } of [...hooks.after]) {
    const returned = hook(module, inputs, output)
    if (returned !== undefined) output = returned
  }
  return tapped === null ? output : tapped.output(output)
}

function tapCall(module: object, inputs: readonly unknown[], hooks: HookLists): TappedCall {
  const boxes = [...hooks.backward]
  return new TappedCall(inputs, (gradInputs, gradOutputs) => {
    let gradients = gradInputs
    for (const { hook } of boxes) {
      const returned = hook(module, gradients, gradOutputs)
      if (returned === undefined || returned === null) continue
      gradients = Array.isArray(returned) ? returned : [returned as Tensor]
    }
    return gradients
  })
}
