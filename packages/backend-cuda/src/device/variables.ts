import type { TfDType } from '../binding/tf-dtype.ts'
import type { RawAttributes, RawSpec } from '../ops/op-definition.ts'
import { executionError } from '../program/execution-error.ts'
import { rawAttributes } from '../program/raw-attributes.ts'
import type { Handles } from './handles.ts'

// Variables live in TensorFlow under their names, and a process may have loaded this file twice.
const prefix = `voltaic/${crypto.randomUUID()}`
let count = 0

/** A name that no other variable of the process has. */
export function freshVariableName(): string {
  return `${prefix}/${count++}`
}

/** A variable that holds what `tensor` holds; the tensor stays the caller's. */
export function createVariable(handles: Handles, tensor: number, { dtype, shape }: RawSpec): number {
  const make = { container: '', shared_name: freshVariableName(), dtype, shape }
  const [variable] = call(handles, 'VarHandleOp', make, [], 1)
  try {
    call(handles, 'AssignVariableOp', { dtype }, [variable!, tensor], 0)
  } catch (error) {
    handles.free(variable!)
    throw error
  }
  return variable!
}

/** What a variable holds. */
export function readVariable(handles: Handles, variable: number, dtype: TfDType): number {
  return call(handles, 'ReadVariableOp', { dtype }, [variable], 1)[0]!
}

/** Frees a variable and its handle. */
export function destroyVariable(handles: Handles, variable: number): void {
  call(handles, 'DestroyResourceOp', { ignore_lookup_error: true }, [variable], 0)
  handles.free(variable)
}

function call(
  handles: Handles,
  name: string,
  attributes: RawAttributes,
  inputs: readonly number[],
  outputCount: number,
): number[] {
  const raw = rawAttributes(handles.binding, name, attributes)
  try {
    return handles.execute(name, raw, inputs, outputCount).map(({ id }) => id)
  } catch (error) {
    throw executionError({ source: 'a variable', name }, error as Error)
  }
}
