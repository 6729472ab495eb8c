import type { HostStep, OpStep, Resident, Slot, Step } from './program.ts'

export type UnscheduledOp = Omit<OpStep, 'frees'>
export type Unscheduled = UnscheduledOp | Omit<HostStep, 'frees'>

/** Steps that only make sense together, and in their order. */
export type Group = readonly Unscheduled[]

export interface Schedule {
  readonly steps: readonly Unscheduled[]
  /** Of `steps`: where the updates begin, behind which nothing else comes. */
  readonly firstUpdate: number
}

/** The groups that `outputs` depend on, in order, except that updates whose results nobody else reads come last. */
export function schedule(groups: readonly Group[], outputs: readonly Slot[]): Schedule {
  const used = usedSlots(groups, outputs)
  const wanted = groups.filter((group) => made(group).some((slot) => used.has(slot)))
  const readers = new Map<Slot, Set<Group>>()
  for (const group of wanted) {
    for (const slot of group.flatMap(slotsRead)) readers.set(slot, (readers.get(slot) ?? new Set()).add(group))
  }
  const isLast = (group: Group) =>
    isUpdate(group) && made(group).every((slot) => [...(readers.get(slot) ?? [])].every((reader) => reader === group))
  const before = wanted.filter((group) => !isLast(group)).flat()
  return { steps: [...before, ...wanted.filter(isLast).flat()], firstUpdate: before.length }
}

/** Whether steps change a variable. */
function isUpdate(group: Group): boolean {
  return group.length > 1
}

export function slotsMade(step: Unscheduled): readonly Slot[] {
  return step.kind === 'op' ? step.outputs : [step.output]
}

export function slotsRead(step: Unscheduled): readonly Slot[] {
  return step.kind === 'op' ? step.inputs : []
}

/** Frees each slot right behind the step that touches it last, except those that stay. */
export function withFrees(steps: readonly Unscheduled[], staying: ReadonlySet<Slot>): Step[] {
  const seen = new Set(staying)
  return steps
    .toReversed()
    .map((step) => {
      const frees = new Set([...slotsRead(step), ...slotsMade(step)].filter((slot) => !seen.has(slot)))
      for (const slot of frees) seen.add(slot)
      return { ...step, frees: [...frees] }
    })
    .toReversed()
}

function made(group: Group): Slot[] {
  return group.flatMap(slotsMade)
}

function usedSlots(groups: readonly Group[], outputs: readonly Slot[]): Set<Slot> {
  const used = new Set(outputs)
  for (const group of groups.toReversed()) {
    if (made(group).some((slot) => used.has(slot))) for (const slot of group.flatMap(slotsRead)) used.add(slot)
  }
  return used
}

/**
 * Finds values that need not be lent to a variable and taken back: inputs that are donated, read by one update alone, and
 * results again.
 */
export function findResidents(
  { steps, firstUpdate }: Schedule,
  results: readonly Slot[],
  donated: readonly Slot[],
): { readonly schedule: Schedule; readonly residents: readonly Resident[]; readonly results: readonly Slot[] } {
  const updates = steps.slice(firstUpdate)
  const residents: Resident[] = []
  const needless = new Set<Unscheduled>()
  const variables = new Map<Slot, Slot>()
  for (const assign of updates) {
    if (assign.kind !== 'op' || assign.name !== 'AssignVariableOp') continue
    const [variable, input] = assign.inputs as [Slot, Slot]
    const read = updates.find(
      (step): step is UnscheduledOp =>
        step.kind === 'op' && step.name === 'ReadVariableOp' && step.inputs[0] === variable,
    )
    const isReadOnce = updates.filter((step) => slotsRead(step).includes(input)).length === 1
    if (!donated.includes(input) || !isReadOnce || read === undefined || !results.includes(read.outputs[0]!)) continue
    const isRead = steps.slice(0, firstUpdate).some((step) => slotsRead(step).includes(input))
    residents.push({ input, variable, isRead })
    variables.set(read.outputs[0]!, variable)
    needless.add(assign)
    needless.add(read)
  }
  return {
    schedule: { steps: steps.filter((step) => !needless.has(step)), firstUpdate },
    residents,
    results: results.map((slot) => variables.get(slot) ?? slot),
  }
}
