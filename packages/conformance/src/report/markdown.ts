import type { DType } from '@voltaic/core'
import { dtypes } from '@voltaic/core/graph'
import type { CaseResult, CaseStatus } from '../suite/case.ts'
import { profiles } from '../suite/profiles.ts'
import { countResults, type Report, summarize } from '../suite/report.ts'
import { type Matrix, matrixOf, opsOf } from './matrix.ts'

/** Of what state of the sources a table tells. */
export interface Origin {
  /** Default: none is named. */
  readonly commit?: string
  /** Default: the date of the first report. */
  readonly date?: string
  /** The command that makes the table again. */
  readonly command?: string
}

const signs: Readonly<Record<CaseStatus, string>> = { pass: '✓', fail: '✗', unsupported: '·', unavailable: '?' }
const shortNames: Readonly<Record<DType, string>> = {
  float32: 'f32',
  float64: 'f64',
  float16: 'f16',
  bfloat16: 'bf16',
  int32: 'i32',
  uint32: 'u32',
  uint8: 'u8',
  bool: 'bool',
}

/** Reports as a Markdown page: what ran where, the profiles, ops by dtypes, and every failure with its reason. */
export function formatMarkdown(reports: readonly Report[], origin: Origin = {}): string {
  return [
    '# Compatibility',
    introduction(reports, origin),
    '## Backends',
    ...reports.map((report) => `- ${escape(summarize(report))} (${escape(report.environment)})`),
    '\n## Profiles',
    profileTable(reports),
    '\n## Ops',
    `Each op on ${dtypes.map((dtype) => shortNames[dtype]).join(', ')}: ✓ passes, (✓) passes, emulated in a wider dtype, ✗ fails, · not declared, ? no device; nothing where the op does not take the dtype.`,
    '',
    opTable(reports),
    failures(reports),
  ].join('\n')
}

function introduction(reports: readonly Report[], { commit, date, command }: Origin): string {
  const day = (date ?? reports[0]?.date ?? '').slice(0, 10)
  const parts = [
    '\nMade from runs of the conformance suite',
    commit === undefined ? '' : ` at commit ${commit}`,
    day === '' ? '' : `, ${day}`,
    command === undefined ? '' : `; \`${command}\` makes it again`,
  ]
  return `${parts.join('')}.\n`
}

function profileTable(reports: readonly Report[]): string {
  const header = row(['profile', 'for', ...reports.map(({ accelerator }) => accelerator)])
  const lines = profiles.map(({ name, purpose }) => {
    const cells = reports.map((report) => {
      const cases = report.cases.filter(({ profile }) => profile === name)
      const { pass, fail, unsupported, unavailable } = countResults(cases)
      const claim = report.profiles.includes(name) ? '' : 'not claimed; '
      const rest = [
        fail > 0 ? `**${fail} fail**` : '',
        unsupported > 0 ? `${unsupported} undeclared` : '',
        unavailable > 0 ? `${unavailable} without a device` : '',
      ].filter((text) => text !== '')
      return `${claim}${[`${pass} of ${cases.length} pass`, ...rest].join(', ')}`
    })
    return row([name, purpose, ...cells])
  })
  return [header, rule(2 + reports.length), ...lines].join('\n')
}

function opTable(reports: readonly Report[]): string {
  const matrices = reports.map(matrixOf)
  const header = row(['op', ...reports.map(({ accelerator }) => accelerator)])
  const lines = opsOf(matrices).map((op) =>
    row([op, ...matrices.map((matrix, i) => cellText(matrix, op, reports[i]!))]),
  )
  return [header, rule(1 + reports.length), ...lines].join('\n')
}

function cellText(matrix: Matrix, op: string, { emulated }: Report): string {
  const cells = matrix.get(op)
  const present = dtypes.filter((dtype) => cells?.has(dtype))
  const signOf = (dtype: DType) => {
    const { status } = cells!.get(dtype)!
    return status === 'pass' && emulated.includes(dtype) ? '(✓)' : signs[status]
  }
  return present.map((dtype) => `${shortNames[dtype]} ${signOf(dtype)}`).join(' ')
}

function failures(reports: readonly Report[]): string {
  const lines = reports.flatMap(({ accelerator, cases }) => {
    return cases.filter(({ status }) => status === 'fail').map((result) => failureLine(accelerator, result))
  })
  return lines.length === 0 ? '' : ['\n## Failures', ...lines].join('\n')
}

function failureLine(accelerator: string, { id, reason }: CaseResult): string {
  return `- ${accelerator}: \`${id}\`: ${escape(reason.split('\n')[0]!)}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function rule(columns: number): string {
  return row(new Array<string>(columns).fill('---'))
}

function escape(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('\n', ' ')
}
