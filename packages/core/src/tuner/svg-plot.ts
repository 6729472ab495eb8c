import { formatNumber, type Plot, type Point } from './plot.ts'

const width = 640
const height = 400
const area = { left: 72, right: 616, top: 40, bottom: 340 } as const

/** A plot as an SVG document. */
export function svgPlot(plot: Plot): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#333">`,
    '<title>Smoothed loss over the learning rate</title>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...xTicks(plot),
    ...yTicks(plot),
    `<path d="M${area.left} ${area.top}V${area.bottom}H${area.right}" fill="none" stroke="#333"/>`,
    text((area.left + area.right) / 2, 384, 'learning rate', 'text-anchor="middle"'),
    text(20, 190, 'smoothed loss', 'text-anchor="middle" transform="rotate(-90 20 190)"'),
    ...curve(plot),
    ...mark(plot),
    '</svg>',
    '',
  ].join('\n')
}

function xTicks({ xAxis }: Plot): string[] {
  return xAxis.ticks.flatMap((tick) => {
    const x = across(xAxis.position(tick))
    return [
      `<path d="M${x} ${area.top}V${area.bottom + 5}" stroke="#ddd"/>`,
      text(x, area.bottom + 20, formatNumber(tick), 'text-anchor="middle"'),
    ]
  })
}

function yTicks({ yAxis }: Plot): string[] {
  return yAxis.ticks.flatMap((tick) => {
    const y = down(yAxis.position(tick))
    return [
      `<path d="M${area.left - 5} ${y}H${area.right}" stroke="#ddd"/>`,
      text(area.left - 9, y, formatNumber(tick), 'text-anchor="end" dominant-baseline="middle"'),
    ]
  })
}

function curve(plot: Plot): string[] {
  const points = plot.points.map((point) => placed(plot, point).join(','))
  return points.length === 0
    ? []
    : [`<polyline points="${points.join(' ')}" fill="none" stroke="#1f6fb4" stroke-width="2"/>`]
}

function mark(plot: Plot): string[] {
  if (plot.mark === null) return [text(area.left, 26, 'no suggestion: too few points', '')]
  const [x, y] = placed(plot, plot.mark)
  return [
    `<path d="M${x} ${area.top}V${area.bottom}" stroke="#c0392b" stroke-dasharray="4 4"/>`,
    `<circle cx="${x}" cy="${y}" r="5" fill="#c0392b"/>`,
    text(area.left, 26, `suggestion: ${formatNumber(plot.mark.x)}`, 'fill="#c0392b"'),
  ]
}

function placed({ xAxis, yAxis }: Plot, { x, y }: Point): [x: string, y: string] {
  return [across(xAxis.position(x)), down(yAxis.position(y))]
}

function across(position: number): string {
  return coordinate(area.left + position * (area.right - area.left))
}

function down(position: number): string {
  return coordinate(area.bottom - position * (area.bottom - area.top))
}

function coordinate(x: number): string {
  return String(Math.round(x * 10) / 10)
}

function text(x: number | string, y: number | string, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${content}</text>`
}
