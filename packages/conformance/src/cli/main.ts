#!/usr/bin/env node
import { VoltaicError } from '@voltaic/core'
import { runCli } from './run-cli.ts'

try {
  process.exitCode = await runCli(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof VoltaicError)) throw error
  console.error(error.message)
  process.exitCode = 2
}
