#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { diagnose } from './diagnose.ts'
import { formatFindings } from './finding.ts'
import { thisSystem } from './system.ts'

const { values } = parseArgs({
  options: {
    tfjs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) {
  console.log('voltaic-cuda-doctor [--tfjs <folder of @tensorflow/tfjs-node-gpu>]')
} else {
  const findings = await diagnose(thisSystem(values.tfjs))
  console.log(formatFindings(findings))
  process.exitCode = findings.some(({ status }) => status === 'problem') ? 1 : 0
}
