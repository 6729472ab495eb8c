import type { OpCases } from '../op-cases.ts'
import { activationCases } from './activations.ts'
import { arithmeticCases } from './arithmetic.ts'
import { networkCases } from './networks.ts'
import { updateCases } from './updates.ts'

/** What there is to check about every composite, by name. */
export const compositeCases: Readonly<Record<string, OpCases>> = {
  ...activationCases,
  ...arithmeticCases,
  ...networkCases,
  ...updateCases,
}
