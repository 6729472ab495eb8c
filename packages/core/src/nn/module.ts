import { DTypeError, MisconfigurationError } from '../errors/errors.ts'
import { type DType, dtypes, isFloat, unknownDType } from '../graph/dtype.ts'
import { zerosLike } from '../tensor/creation.ts'
import { Buffer, Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { addHook, type BackwardHook, type ForwardHook, type ForwardPreHook, type HookHandle } from './hooks.ts'
import { innerFirst, membersOf, type Named, namedMembers, propertiesOf, unique, walk } from './members.ts'
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
    return unique(membersOf(this, isModule))
  }

  /** This module and all inside it, each once, outer before inner. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** This module, named `''`, and all inside it with their names. */
  namedModules(): [name: string, module: Module][] {
    return unique(walk<Module>(this))
  }

  /**
   * The module of a name, as `namedModules` has it; `''` is this one.
   *
   * @throws MisconfigurationError when there is none
   */
  getSubmodule(name: string): Module {
    return byName('getSubmodule', name, walk<Module>(this))
  }

  /** The parameter of a name, as `namedParameters` has it. @throws MisconfigurationError when there is none */
  getParameter(name: string): Parameter {
    return byName('getParameter', name, namedMembers(this, isParameter))
  }

  /** The buffer of a name, as `namedBuffers` has it. @throws MisconfigurationError when there is none */
  getBuffer(name: string): Buffer {
    return byName('getBuffer', name, namedMembers(this, isBuffer))
  }

  /** Calls `fn` on each module inside this one, inner before outer, and on this one last: to initialise weights, say. */
  apply(fn: (module: Module) => void): this {
    for (const module of innerFirst<Module>(this)) fn(module)
    return this
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

  /**
   * Casts all parameters and buffers of floats in place, with their gradients. They stay the same objects: an optimizer goes
   * on with them, its state cast at the next step. Integers and bool stay as they are.
   *
   * @throws DTypeError when `dtype` is none of floats
   */
  to(dtype: DType): this {
    if (!dtypes.includes(dtype)) unknownDType(dtype)
    if (!isFloat(dtype)) {
      throw new DTypeError(`to: a module is cast to floats, got ${dtype}; cast a single tensor with tensor.to()`)
    }
    for (const member of [...this.parameters(), ...this.buffers()]) if (isFloat(member.dtype)) member.castTo(dtype)
    return this
  }

  /** Casts to float32; see `to`. */
  float(): this {
    return this.to('float32')
  }

  /** Casts to float64; see `to`. */
  double(): this {
    return this.to('float64')
  }

  /** Casts to float16; see `to`. */
  half(): this {
    return this.to('float16')
  }

  /** Casts to bfloat16; see `to`. */
  bfloat16(): this {
    return this.to('bfloat16')
  }

  /**
   * Calls `hook` with the inputs of each `forward` of this module before it runs; what it returns takes their place.
   *
   * @returns a handle that removes the hook
   * @throws MisconfigurationError when the module has no `forward`
   */
  registerForwardPreHook(hook: ForwardPreHook<this>): HookHandle {
    return addHook(this, 'before', hook)
  }

  /**
   * Calls `hook` with the inputs and the output of each `forward` of this module; what it returns takes the output's place.
   *
   * @returns a handle that removes the hook
   * @throws MisconfigurationError when the module has no `forward`
   */
  registerForwardHook(hook: ForwardHook<this>): HookHandle {
    return addHook(this, 'after', hook)
  }

  /**
   * Calls `hook` in the backward pass with the gradients of the inputs of each `forward` of this module and those of its
   * outputs, null for what has none; what it returns takes the place of the gradients of the inputs. Inputs and outputs are
   * tensors or arrays of them. Inside a checkpoint it is not called.
   *
   * @returns a handle that removes the hook
   * @throws MisconfigurationError when the module has no `forward`
   */
  registerFullBackwardHook(hook: BackwardHook<this>): HookHandle {
    return addHook(this, 'backward', hook)
  }

  /** What the module holds itself, by name: its properties, and in a container whose names are the user's what it contains. */
  ownMembers(): Iterable<Named<unknown>> {
    return propertiesOf(this)
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

function isParameter(x: unknown): x is Parameter {
  return x instanceof Parameter
}

function isBuffer(x: unknown): x is Buffer {
  return x instanceof Buffer
}

function isModule(x: unknown): x is Module {
  return x instanceof Module
}

/** Parameters and persistent buffers, module by module, with repetitions. */
function* namedState(root: Module): Generator<Named<Parameter | Buffer>> {
  for (const [path, module] of walk(root)) {
    const prefix = path === '' ? '' : `${path}.`
    for (const [name, parameter] of membersOf(module, isParameter)) yield [prefix + name, parameter]
    for (const [name, buffer] of membersOf(module, isBuffer)) if (buffer.persistent) yield [prefix + name, buffer]
  }
}

/** The member of that name. @throws MisconfigurationError listing those that there are */
function byName<T>(who: string, name: string, named: Iterable<Named<T>>): T {
  const all = new Map(named)
  const found = all.get(name)
  if (found !== undefined) return found
  const names = [...all.keys()].filter((name) => name !== '')
  throw new MisconfigurationError(
    `${who}: there is none of that name, got ${JSON.stringify(name)}; there are ${names.join(', ') || 'none'}`,
  )
}
