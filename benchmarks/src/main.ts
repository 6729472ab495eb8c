import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { environment } from './environment.ts'
import { appendJsonl, formatEnvironment, formatTable } from './report.ts'
import type { Row, Workload } from './workload.ts'
import { mlp64 } from './workloads/mlp-64.ts'
import { mlp64Tensorflow } from './workloads/mlp-64-tensorflow.ts'
import { overhead } from './workloads/overhead.ts'
import { precisionsOfMlp } from './workloads/precisions.ts'

/** Those that need nothing but what is installed here. */
const usual: Readonly<Record<string, Workload>> = { 'mlp-64': mlp64, overhead, precisions: precisionsOfMlp }
const workloads: Readonly<Record<string, Workload>> = { ...usual, 'mlp-64-tensorflow': mlp64Tensorflow }

const budget = { warmUpMs: 2000, samples: 500 }
const quickBudget = { warmUpMs: 300, samples: 50 }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workload: { type: 'string', default: Object.keys(usual).join() },
      threads: { type: 'string', default: String(availableParallelism()) },
      jsonl: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const threads = Number(values.threads)
  const chosen = values.workload.split(',').map(workloadOf)
  const rows: Row[] = []
  const findings: string[] = []
  for (const measure of chosen) {
    const result = await measure({ threads, budget: values.quick ? quickBudget : budget })
    rows.push(...result.rows)
    findings.push(...result.findings)
  }
  const here = environment(threads)
  console.log(`\n${formatTable(rows)}\n`)
  for (const finding of findings) console.log(`- ${finding}`)
  console.log(`\n${formatEnvironment(here)}`)
  if (values.jsonl !== undefined) await appendJsonl(values.jsonl, rows, here)
}

function workloadOf(name: string): Workload {
  const workload = Object.hasOwn(workloads, name) ? workloads[name] : undefined
  if (workload !== undefined) return workload
  throw new Error(`--workload: unknown choice, got ${name}; use some of ${Object.keys(workloads).join(', ')}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
