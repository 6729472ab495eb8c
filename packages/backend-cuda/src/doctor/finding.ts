/** One thing that the doctor looked at. */
export interface Finding {
  readonly subject: string
  /** `problem`: no GPU will be used before it is solved. */
  readonly status: 'ok' | 'note' | 'problem'
  readonly found: string
  /** What to do; of every problem. */
  readonly remedy?: string
}

export function ok(subject: string, found: string): Finding {
  return { subject, status: 'ok', found }
}

export function note(subject: string, found: string, remedy: string): Finding {
  return { subject, status: 'note', found, remedy }
}

export function problem(subject: string, found: string, remedy: string): Finding {
  return { subject, status: 'problem', found, remedy }
}

const marks: Readonly<Record<Finding['status'], string>> = { ok: '✓', note: '!', problem: '✗' }

/** A line a finding, its remedy below. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length))
  const lines = findings.flatMap(({ subject, status, found, remedy }) => [
    `${marks[status]} ${subject.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(width + 4)}→ ${remedy}`]),
  ])
  const problems = findings.filter(({ status }) => status === 'problem').length
  const outcome =
    problems === 0 ? 'The CUDA backend can run.' : `${problems} problem(s) keep the CUDA backend from a GPU.`
  return [...lines, '', outcome].join('\n')
}
