import { ShapeError } from '../errors/errors.ts'
import { formatShape, type Shape } from '../graph/spec.ts'
import type { Labelled } from './contract.ts'

/** The two sides of an equation of `einsum`; each input is letters, and `.` for an ellipsis. */
export interface Equation {
  readonly inputs: readonly string[]
  /** Undefined when the equation leaves it out. */
  readonly output: string | undefined
}

/** @throws ShapeError when the text is no equation for so many operands */
export function parseEquation(text: string, operands: number): Equation {
  const [left, right, ...more] = text.replaceAll(' ', '').split('->')
  if (more.length > 0) throw new ShapeError(`einsum: '->' stands once, got '${text}'`)
  const inputs = left!.split(',').map((side) => checkedSide(side, text))
  if (operands === 0 || inputs.length !== operands) {
    throw new ShapeError(`einsum: '${text}' is for ${inputs.length} operands, got ${operands}`)
  }
  return { inputs, output: right === undefined ? undefined : checkedOutput(checkedSide(right, text), inputs, text) }
}

/** A side with its ellipsis as one character. */
function checkedSide(side: string, text: string): string {
  const letters = side.replace('...', '.')
  const wrong = [...letters].find((letter) => !/[A-Za-z.]/.test(letter))
  if (wrong !== undefined) throw new ShapeError(`einsum: dimensions are letters, got '${wrong}' in '${text}'`)
  const isDotted = letters.includes('.') && (!side.includes('...') || letters.indexOf('.') !== letters.lastIndexOf('.'))
  if (isDotted) throw new ShapeError(`einsum: '...' stands once in each operand and has three dots, got '${text}'`)
  return letters
}

function checkedOutput(output: string, inputs: readonly string[], text: string): string {
  for (const [i, letter] of [...output].entries()) {
    const shown = letter === '.' ? '...' : letter
    if (output.indexOf(letter) !== i) throw new ShapeError(`einsum: the output names '${shown}' twice, got '${text}'`)
    if (letter === '.' || inputs.some((input) => input.includes(letter))) continue
    throw new ShapeError(`einsum: the output names '${shown}', which no operand has, got '${text}'`)
  }
  return output
}

/** One label a dimension: letters, and for those of an ellipsis `.1`, `.2`, … counted from the last. */
export function operandLabels(input: string, operand: number, shape: Shape): string[] {
  const letters = input.replace('.', '')
  const rest = shape.length - letters.length
  if (rest < 0 || (rest > 0 && letters === input)) {
    throw new ShapeError(
      `einsum: '${input.replace('.', '...')}' does not name each dimension of operand ${operand}, got ${formatShape(shape)}`,
    )
  }
  return [...input].flatMap((letter) => (letter === '.' ? ellipsis(rest) : [letter]))
}

function ellipsis(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `.${count - i}`)
}

/** The labels of the output, in order. */
export function outputLabels(
  inputs: readonly string[],
  output: string | undefined,
  terms: readonly Labelled<string>[],
): string[] {
  const dots = terms.map(({ labels }) => labels.filter((label) => label.length > 1).length)
  const broadcast = ellipsis(Math.max(...dots))
  const letters = output ?? `.${onceIn(inputs.join(''))}`
  return [...letters].flatMap((letter) => (letter === '.' ? broadcast : [letter]))
}

function onceIn(letters: string): string {
  return [...letters]
    .filter((letter) => letter !== '.' && letters.indexOf(letter) === letters.lastIndexOf(letter))
    .sort()
    .join('')
}
