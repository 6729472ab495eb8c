import { dtypes } from '@voltaic/core/graph'
import type { CaseResult, CaseStatus } from '../suite/case.ts'
import { profiles } from '../suite/profiles.ts'
import { countResults, type Report } from '../suite/report.ts'
import type { Origin } from './markdown.ts'
import { type Cell, matrixOf, opsOf } from './matrix.ts'

const colours: Readonly<Record<CaseStatus | 'emulated', string>> = {
  pass: '#2e7d32',
  emulated: '#81c784',
  fail: '#c62828',
  unsupported: '#9e9e9e',
  unavailable: '#f9a825',
}

/** Reports as one HTML page that needs nothing else: ops by dtypes by backends, in colours, with reasons. */
export function formatHtml(reports: readonly Report[], { commit, date }: Origin = {}): string {
  const day = (date ?? reports[0]?.date ?? '').slice(0, 10)
  const origin = [commit === undefined ? '' : `commit ${commit}`, day].filter((text) => text !== '').join(', ')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Voltaic: compatibility</title>
<style>${style}</style>
<h1>Compatibility</h1>
<p>${escape(origin)}</p>
<p>${Object.keys(colours)
    .map((status) => `<span class="${status}">&nbsp;</span> ${status}`)
    .join(' ')}</p>
<h2>Profiles</h2>
${profileTable(reports)}
<h2>Ops</h2>
<p>A cell's reason shows when it is pointed at.</p>
${opTable(reports)}
<h2>Failures</h2>
${failureList(reports)}
</html>
`
}

const style = `
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
table { border-collapse: collapse }
th, td { padding: .2rem .5rem; text-align: left; border: 1px solid #8884 }
td.cell, span { min-width: 1.2rem }
thead th { position: sticky; top: 0; background: Canvas }
pre { white-space: pre-wrap }
${Object.entries(colours)
  .map(([status, colour]) => `.${status} { background: ${colour} }`)
  .join('\n')}
`

function profileTable(reports: readonly Report[]): string {
  const head = reports.map(({ accelerator, device }) => `<th>${escape(accelerator)}<br>${escape(device)}</th>`).join('')
  const rows = profiles.map(({ name, purpose }) => {
    const cells = reports.map((report) => {
      const cases = report.cases.filter(({ profile }) => profile === name)
      const { pass, fail, unsupported, unavailable } = countResults(cases)
      const claim = report.profiles.includes(name) ? 'claimed' : 'not claimed'
      return `<td>${claim}: ${pass} pass, ${fail} fail, ${unsupported} undeclared, ${unavailable} without a device</td>`
    })
    return `<tr><th>${name}</th><td>${escape(purpose)}</td>${cells.join('')}</tr>`
  })
  return `<table><thead><tr><th>profile</th><th>for</th>${head}</tr></thead>${rows.join('\n')}</table>`
}

function opTable(reports: readonly Report[]): string {
  const matrices = reports.map(matrixOf)
  const over = reports.map(({ accelerator }) => `<th colspan="${dtypes.length}">${escape(accelerator)}</th>`).join('')
  const under = reports.map(() => dtypes.map((dtype) => `<th>${dtype}</th>`).join('')).join('')
  const rows = opsOf(matrices).map((op) => {
    const cells = matrices.map((matrix, i) => {
      const { emulated } = reports[i]!
      return dtypes.map((dtype) => cellHtml(matrix.get(op)?.get(dtype), emulated.includes(dtype))).join('')
    })
    return `<tr><th>${escape(op)}</th>${cells.join('')}</tr>`
  })
  return `<table><thead><tr><th></th>${over}</tr><tr><th>op</th>${under}</tr></thead>${rows.join('\n')}</table>`
}

function cellHtml(cell: Cell | undefined, isEmulated: boolean): string {
  if (cell === undefined) return '<td></td>'
  const passed = `${cell.cases} cases pass${isEmulated ? ', emulated in a wider dtype' : ''}`
  const title = cell.reason === '' ? passed : cell.reason
  const look = isEmulated && cell.status === 'pass' ? 'emulated' : cell.status
  return `<td class="cell ${look}" title="${escape(title)}"></td>`
}

function failureList(reports: readonly Report[]): string {
  const failed = reports.flatMap(({ accelerator, cases }) => {
    return cases.filter(({ status }) => status === 'fail').map((result) => failureHtml(accelerator, result))
  })
  return failed.length === 0 ? '<p>None.</p>' : failed.join('\n')
}

function failureHtml(accelerator: string, { id, reason }: CaseResult): string {
  return `<details><summary>${escape(accelerator)}: ${escape(id)}</summary><pre>${escape(reason)}</pre></details>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
