import { MisconfigurationError } from '../../errors/errors.ts'
import { type Cell, elmanCells } from './steps.ts'

/** What makes a state of a sum. */
export type RecurrentNonlinearity = 'tanh' | 'relu'

/** @throws MisconfigurationError when there is no such nonlinearity */
export function elmanCell(who: string, nonlinearity: RecurrentNonlinearity = 'tanh'): Cell {
  if (Object.hasOwn(elmanCells, nonlinearity)) return elmanCells[nonlinearity]
  throw new MisconfigurationError(`${who}: the nonlinearity is 'tanh' or 'relu', got ${JSON.stringify(nonlinearity)}`)
}
