import { zerosLike } from '../tensor/creation.ts'
import { Buffer, Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import {
  type LoadStateDictOptions,
  type LoadStateDictResult,
  loadState,
  type StateDict,
  stateOf,
} from './state-dict.ts'

/**
 * The base of layers and networks: it finds the parameters, buffers and modules among the properties of a subclass, in the
 * order of their declaration, and in arrays of them, too. Properties spelled with `#` are out of its sight.
 *
 * A subclass has a `forward` of its own; the base prescribes none.
 *
 * ```ts
 * class Mlp extends Module {
 *   hidden = new Linear(64, 128)
 *   out = new Linear(128, 10)
 *
 *   forward(x: Tensor): Tensor {
 *     return this.out.forward(relu(this.hidden.forward(x)))
 *   }
 * }
 * ```
 *
 * Names are PyTorch's: `hidden.weight`; `layers.0.weight` in an array; a property `runningMean` is named `running_mean`.
 */
export abstract class Module {
  /** Whether the module is being trained: dropout drops, batch statistics move. Set by `train` and `eval`. */
  training = true

  /** All parameters, each once, a module's own before those of its children. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** All parameters with their names; one shared by two modules comes once, under its first name. */
  namedParameters(): [name: string, parameter: Parameter][] {
    return unique(namedMembers(this, isParameter))
  }

  /** All buffers, each once. */
  buffers(): Buffer[] {
    return this.namedBuffers().map(([, buffer]) => buffer)
  }

  /** All buffers with their names; a shared one comes once, under its first name. */
  namedBuffers(): [name: string, buffer: Buffer][] {
    return unique(namedMembers(this, isBuffer))
  }

  /** The modules directly inside this one, each once. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child)
  }

  /** The modules directly inside this one with their names. */
  namedChildren(): [name: string, child: Module][] {
    return unique(ownMembers(this, isModule))
  }

  /** This module and all inside it, each once, outer before inner. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** This module, named `''`, and all inside it with their names. */
  namedModules(): [name: string, module: Module][] {
    return unique(walk(this))
  }

  /** Puts this module and all inside it into training mode, or out of it. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode
    return this
  }

  /** Puts this module and all inside it into evaluation mode. */
  eval(): this {
    return this.train(false)
  }

  /** Stops all parameters from learning: they get no gradients and no updates. Modes stay as they are. */
  freeze(): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = false
    return this
  }

  /** Lets all parameters learn. */
  unfreeze(): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = true
    return this
  }

  /** Resets the gradients of all parameters: to null, or with `setToNull: false` to zeros where there is one. */
  zeroGrad({ setToNull = true }: { readonly setToNull?: boolean } = {}): void {
    for (const parameter of this.parameters()) {
      const { grad } = parameter
      parameter.grad = setToNull || grad === null ? null : zerosLike(grad)
    }
  }

  /**
   * The values of all parameters and persistent buffers by name, as they are now: later steps do not change them. A shared
   * parameter is there under each of its names, as in PyTorch.
   */
  stateDict(): StateDict {
    return stateOf(namedState(this))
  }

  /**
   * Assigns the values of `state` to the parameters and buffers of their names, cast to their dtypes. All or nothing: on an
   * error no value has changed.
   *
   * @param strict - default true; false loads what is there and reports the rest
   * @throws MisconfigurationError naming all keys that are missing or unexpected, unless `strict` is false
   * @throws ShapeError naming all keys whose shapes differ
   */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options: LoadStateDictOptions = {}): LoadStateDictResult {
    return loadState(this.constructor.name, namedState(this), state, options)
  }
}

/** A module from one tensor to one tensor: what `Sequential` chains. */
export type Layer = Module & { forward(x: Tensor): Tensor }

type Named<T> = [name: string, member: T]

function isParameter(x: unknown): x is Parameter {
  return x instanceof Parameter
}

function isBuffer(x: unknown): x is Buffer {
  return x instanceof Buffer
}

function isModule(x: unknown): x is Module {
  return x instanceof Module
}

/** `runningMean` as PyTorch spells it: `running_mean`. */
function pythonName(name: string): string {
  return name.replace(
    /([a-z0-9])([A-Z]+)/g,
    (_, before: string, capitals: string) => `${before}_${capitals.toLowerCase()}`,
  )
}

function* ownMembers<T>(module: Module, is: (x: unknown) => x is T): Generator<Named<T>> {
  for (const [property, value] of Object.entries(module)) {
    const name = pythonName(property)
    if (is(value)) yield [name, value]
    if (!Array.isArray(value)) continue
    for (const [i, element] of value.entries()) if (is(element)) yield [`${name}.${i}`, element]
  }
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** All modules by path, a shared one under each; one that leads back to a module around it is not entered again. */
function* walk(module: Module, path = '', around: readonly Module[] = []): Generator<Named<Module>> {
  yield [path, module]
  const inside = [...around, module]
  for (const [name, child] of ownMembers(module, isModule)) {
    if (!inside.includes(child)) yield* walk(child, joined(path, name), inside)
  }
}

function* namedMembers<T>(root: Module, is: (x: unknown) => x is T): Generator<Named<T>> {
  for (const [path, module] of walk(root)) {
    for (const [name, member] of ownMembers(module, is)) yield [joined(path, name), member]
  }
}

/** Parameters and persistent buffers, module by module, with repetitions. */
function* namedState(root: Module): Generator<Named<Parameter | Buffer>> {
  for (const [path, module] of walk(root)) {
    for (const [name, parameter] of ownMembers(module, isParameter)) yield [joined(path, name), parameter]
    for (const [name, buffer] of ownMembers(module, isBuffer)) if (buffer.persistent) yield [joined(path, name), buffer]
  }
}

function unique<T>(named: Iterable<Named<T>>): Named<T>[] {
  const names = new Map<T, string>()
  for (const [name, member] of named) if (!names.has(member)) names.set(member, name)
  return Array.from(names, ([member, name]) => [name, member])
}
