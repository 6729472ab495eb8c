const shades = [' ', '░', '▒', '▓', '█']

/** Counts how often each digit was read as which: rows are labels, columns readings. */
export function confusionMatrix(labels: readonly number[], readings: readonly number[]): number[][] {
  const counts = Array.from({ length: 10 }, () => Array<number>(10).fill(0))
  for (const [i, label] of labels.entries()) counts[label]![readings[i]!]!++
  return counts
}

/** A confusion matrix as text; what never happened is a dot. */
export function formatConfusion(counts: readonly (readonly number[])[]): string {
  const cell = (text: string | number) => String(text).padStart(4)
  const header = `is\\read${counts.map((_, digit) => cell(digit)).join('')}`
  const rows = counts.map((row, digit) => `${String(digit).padStart(7)}${row.map((n) => cell(n || '·')).join('')}`)
  return [header, ...rows].join('\n')
}

export interface CaptionedImage {
  /** 8 × 8 values from 0 to 1, row by row. */
  readonly pixels: ArrayLike<number>
  readonly caption: string
}

/** Images side by side, their captions below. */
export function drawImages(images: readonly CaptionedImage[]): string {
  const drawn = images.map(({ pixels, caption }) => [...drawRows(pixels), caption.padEnd(16)])
  const lines = drawn[0]?.map((_, line) =>
    drawn
      .map((image) => image[line])
      .join('   ')
      .trimEnd(),
  )
  return lines?.join('\n') ?? ''
}

function drawRows(pixels: ArrayLike<number>): string[] {
  // A character is twice as high as wide, so each pixel takes two.
  return Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: 8 }, (_, x) => shadeOf(pixels[y * 8 + x]!).repeat(2)).join(''),
  )
}

function shadeOf(ink: number): string {
  return shades[Math.round(ink * (shades.length - 1))]!
}
