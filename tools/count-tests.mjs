// Sums vitest's JSON reports into one plain line: `N passed, N failed, N skipped`.
import { existsSync, readFileSync } from 'node:fs'

const count = { passed: 0, failed: 0, skipped: 0 }
for (const path of process.argv.slice(2)) {
  // Without a report the run itself broke: that is one failure, not zero tests.
  if (!existsSync(path)) {
    count.failed++
    continue
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  // A file that fails to load holds no test that could fail.
  const broken = report.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
  })
  count.passed += report.numPassedTests
  count.failed += report.numFailedTests + broken.length
  count.skipped += report.numPendingTests + report.numTodoTests
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed > 0 ? 1 : 0
