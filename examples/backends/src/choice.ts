/**
 * `value` as one of `choices`, keys of a table.
 *
 * @throws Error listing the choices when it is none of them
 */
export function choice<Name extends string>(
  option: string,
  value: string,
  choices: Readonly<Record<Name, unknown>>,
): Name {
  if (Object.hasOwn(choices, value)) return value as Name
  throw new Error(`${option}: unknown choice, got ${value}; use one of ${Object.keys(choices).join(', ')}`)
}
