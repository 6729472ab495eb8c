/*
 * How a module's parameters, buffers and modules are found, and what they are called.
 */

export type Named<T> = [name: string, member: T]

/** What holds members: a module. */
export interface Holder {
  ownMembers(): Iterable<Named<unknown>>
}

function isHolder(x: unknown): x is Holder {
  return typeof x === 'object' && x !== null && 'ownMembers' in x
}

/** `runningMean` as PyTorch spells it: `running_mean`. */
function pythonName(name: string): string {
  return name.replace(
    /([a-z0-9])([A-Z]+)/g,
    (_, before: string, capitals: string) => `${before}_${capitals.toLowerCase()}`,
  )
}

/** The properties of an object and the elements of those that are arrays, in the order of their declaration. */
export function* propertiesOf(object: object): Generator<Named<unknown>> {
  for (const [property, value] of Object.entries(object)) {
    const name = pythonName(property)
    yield [name, value]
    if (Array.isArray(value)) for (const [i, element] of value.entries()) yield [`${name}.${i}`, element]
  }
}

/** What a holder holds itself, of one kind. */
export function* membersOf<T>(holder: Holder, is: (x: unknown) => x is T): Generator<Named<T>> {
  for (const [name, member] of holder.ownMembers()) if (is(member)) yield [name, member]
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** All holders by path, a shared one under each; one that leads back to a holder around it is not entered again. */
export function* walk<H extends Holder>(holder: H, path = '', around: readonly Holder[] = []): Generator<Named<H>> {
  yield [path, holder]
  const inside = [...around, holder]
  for (const [name, child] of membersOf(holder, isHolder)) {
    if (!inside.includes(child)) yield* walk(child as H, joined(path, name), inside)
  }
}

/** All members of one kind by path, a shared one under each; those of a holder before those inside it. */
export function* namedMembers<T>(root: Holder, is: (x: unknown) => x is T): Generator<Named<T>> {
  for (const [path, holder] of walk(root)) {
    for (const [name, member] of membersOf(holder, is)) yield [joined(path, name), member]
  }
}

/** Each member once, under its first name. */
export function unique<T>(named: Iterable<Named<T>>): Named<T>[] {
  const names = new Map<T, string>()
  for (const [name, member] of named) if (!names.has(member)) names.set(member, name)
  return Array.from(names, ([member, name]) => [name, member])
}

/** All holders, each once, those inside before those around them. */
export function innerFirst<H extends Holder>(root: H): Iterable<H> {
  const found = new Set<H>()
  const entered = new Set<H>()
  const visit = (holder: H): void => {
    if (entered.has(holder)) return
    entered.add(holder)
    for (const [, child] of membersOf(holder, isHolder)) visit(child as H)
    found.add(holder)
  }
  visit(root)
  return found
}
