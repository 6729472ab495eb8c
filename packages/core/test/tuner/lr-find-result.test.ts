import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { LrFindResult } from '../../src/tuner/lr-find-result.ts'
import { steepestDescent } from '../../src/tuner/steepest-descent.ts'

const rates = (count: number, least = -8) => Array.from({ length: count }, (_, i) => 10 ** (least + (i * 8) / count))

/** Falls around 1e-3, and rises at the end. */
function valley(count = 100): LrFindResult {
  const lrs = rates(count)
  const losses = lrs.map((lr) => 2 / (1 + (lr / 1e-3) ** 2) + 0.3 + 2 * lr ** 2)
  return new LrFindResult({ lrs, losses, mode: 'exponential' })
}

describe('the suggestion', () => {
  const lrs = [1, 2, 4, 8, 16]

  test('is where the loss falls most steeply from step to step', () => {
    // Slopes 0, −2, −5, −3 and 0.
    const result = new LrFindResult({ lrs, losses: [10, 10, 6, 0, 0], mode: 'linear' })
    expect(result.suggestion({ skipBegin: 0, skipEnd: 0 })).toBe(4)
  })

  test('does not look at points that are skipped, nor at what is not finite', () => {
    const losses = [100, 1, Number.NaN, 0, Infinity]
    const result = new LrFindResult({ lrs, losses, mode: 'linear' })
    expect(result.suggestion({ skipBegin: 0, skipEnd: 0 })).toBe(1)
    // Left are the second and the fourth, of the same slope.
    expect(result.suggestion({ skipBegin: 1, skipEnd: 0 })).toBe(2)
    expect(result.suggestion({ skipBegin: 1, skipEnd: 2 })).toBeNull()
  })

  test('weighs the slopes on both sides of a point by their distances', () => {
    // −2; (−2 − 3) / 2; (1·−1 + 4·−3) / 5; (4·0 + 1·−1) / 5; 0.
    expect(steepestDescent({ x: [0, 1, 2, 6, 7], y: [0, -2, -5, -9, -9] })).toBe(2)
    expect(steepestDescent({ x: [3], y: [0] })).toBeNull()
  })

  test('skips ten points and the last one by default, and needs two', () => {
    const falling = (count: number) =>
      new LrFindResult({ lrs: rates(count), losses: rates(count).map((_, i) => -i), mode: 'exponential' })
    expect(falling(12).suggestion()).toBeNull()
    expect(falling(13).suggestion()).toBe(rates(13)[10])
  })

  test.each([-1, 0.5, Number.NaN])('refuses to skip %s points', (skipBegin) => {
    expect(() => valley().suggestion({ skipBegin })).toThrow(OutOfRangeError)
  })
})

describe('the picture', () => {
  test('is well-formed XML that refers to nothing else', () => {
    for (const result of [valley(), empty(), flat(), single()]) {
      const svg = result.toSvg()
      expect(faultIn(svg)).toBeNull()
      expect(svg).not.toMatch(/NaN|Infinity|undefined|href|url\(|<script|<style/)
      expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg'])
    }
  })

  test('has powers of ten below, and the suggestion on the curve', () => {
    const svg = valley().toSvg()
    for (const label of ['1e-8', '1e-5', '0.01', '0.1']) expect(svg).toContain(`>${label}</text>`)
    const [, x, y] = /<circle cx="([\d.]+)" cy="([\d.]+)"/.exec(svg)!
    expect(svg).toContain(` ${x},${y} `)
    expect(svg).toContain(
      `suggestion: ${valley()
        .suggestion()!
        .toPrecision(3)
        .replace(/^0\.000(\d)(\d)(\d)/, '$1.$2$3e-4')}`,
    )
  })

  test('leaves out what is not finite', () => {
    const { lrs, losses } = valley()
    const holed = losses.map((loss, i) => (i === 50 ? Number.NaN : loss))
    const points = (svg: string) => /points="([^"]*)"/.exec(svg)![1]!.split(' ').length
    expect(points(new LrFindResult({ lrs, losses: holed, mode: 'exponential' }).toSvg())).toBe(99)
  })
})

describe('the plot in characters', () => {
  test('fits into the room that it gets', () => {
    for (const result of [valley(), empty(), flat(), single(), valley(14)]) {
      for (const [width, height] of [
        [72, 18],
        [32, 10],
        [200, 50],
      ] as const) {
        const lines = result.toText({ width, height }).split('\n')
        expect(lines).toHaveLength(height)
        expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width)
      }
    }
  })

  test('shows a curve without gaps, and the suggestion', () => {
    const lines = valley().toText({ width: 60, height: 14 }).split('\n')
    expect(lines.at(-1)).toMatch(/^O suggestion: [\d.]+(e-4)?$/)
    const rows = lines.slice(1, 11).map((line) => line.slice(line.search(/[│┤]/) + 1))
    expect(rows.join('\n').match(/O/g)).toHaveLength(1)
    for (let column = 0; column < 50; column++) {
      expect(rows.some((row) => row[column] === '*' || row[column] === 'O')).toBe(true)
    }
    // It falls: from the first row on the left to the last one.
    expect(rows[0]!.startsWith('*')).toBe(true)
    expect(rows.at(-1)).toContain('*')
  })

  test.each([{ width: 31 }, { height: 9 }, { width: 40.5 }, { height: Number.NaN }])('has no room in %s', (room) => {
    expect(() => valley().toText(room)).toThrow(OutOfRangeError)
  })
})

function empty(): LrFindResult {
  return new LrFindResult({ lrs: [], losses: [], mode: 'exponential' })
}

function flat(): LrFindResult {
  return new LrFindResult({ lrs: rates(20), losses: rates(20).map(() => 0), mode: 'exponential' })
}

function single(): LrFindResult {
  return new LrFindResult({ lrs: [0.1], losses: [3], mode: 'linear' })
}

/** What is wrong with the tags of a document; null if nothing is. */
function faultIn(xml: string): string | null {
  const open: string[] = []
  let rest = xml
  while (rest !== '') {
    const found = /^[^<>&]+/.exec(rest) ?? /^<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>/i.exec(rest)
    if (found === null) return `at ${rest.slice(0, 40)}`
    const [whole, closes, name, attributes = '', isEmpty] = found
    rest = rest.slice(whole.length)
    if (name === undefined) continue
    const names = [...attributes.matchAll(/ ([\w:-]+)=/g)].map(([, attribute]) => attribute)
    if (new Set(names).size < names.length) return `an attribute twice in ${whole}`
    if (closes === '/' && open.pop() !== name) return `${whole} closes another one`
    if (closes === '' && isEmpty === '') open.push(name)
    if (open.length === 0 && rest.trim() !== '') return `more than one root: ${rest.slice(0, 40)}`
  }
  return open.length === 0 ? null : `${open.join(', ')} left open`
}
