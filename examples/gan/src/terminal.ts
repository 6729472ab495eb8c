const shades = ' ░▒▓█'
const [columns, rows] = [37, 19]
/** What a picture shows of the plane: from −extent to extent in both directions. */
const extent = 1.4

/** A picture of points, darker where more of them are. */
export function drawPoints(points: ArrayLike<number>): string[] {
  const counts = Array.from({ length: rows }, () => Array<number>(columns).fill(0))
  for (let i = 0; i < points.length; i += 2) {
    const column = placeOf(points[i]!, columns)
    const row = rows - 1 - placeOf(points[i + 1]!, rows)
    if (counts[row]?.[column] !== undefined) counts[row][column]++
  }
  return counts.map((line) => line.map((count) => shades[Math.min(Math.ceil(count / 5), 4)]).join(''))
}

function placeOf(x: number, places: number): number {
  return Math.floor(((x + extent) / (2 * extent)) * places)
}

/** Pictures side by side, each below its title. */
export function sideBySide(pictures: Readonly<Record<string, readonly string[]>>): string {
  const titles = Object.keys(pictures).map((title) => title.padEnd(columns))
  const lines = Array.from({ length: rows }, (_, row) => Object.values(pictures).map((picture) => picture[row]!))
  return [titles, ...lines].map((parts) => parts.join('   ').trimEnd()).join('\n')
}
