// `pnpm check`: on each backend LBFGS reaches a tiny loss in ten steps, which SGD does not with as many evaluations, and its
// closure gives the same weights in both modes.
import { backends, chooseBackend } from '@voltaic/example-backends'
import { compare } from './train.ts'

const largestLoss = 1e-4

for (const backend of Object.keys(backends)) {
  const results = await compare(await chooseBackend(backend))
  const { 'LBFGS, automatic': automatic, 'LBFGS, manual': manual, SGD: sgd } = results
  console.log(`${backend}: loss ${automatic.loss} of LBFGS, ${sgd.loss} of SGD, ${sgd.evaluations} evaluations each`)
  if (!(automatic.loss <= largestLoss)) fail(`${backend}: LBFGS reaches ${largestLoss}, got ${automatic.loss}`)
  if (!(sgd.loss > 100 * automatic.loss)) fail(`${backend}: SGD is a hundred times worse, got ${sgd.loss}`)
  if (automatic.evaluations <= automatic.steps) {
    fail(`${backend}: LBFGS evaluates its closure several times in a step, got ${automatic.evaluations} in all`)
  }
  if (String(automatic.weights) !== String(manual.weights) || automatic.evaluations !== manual.evaluations) {
    fail(`${backend}: the modes differ in their weights or evaluations`)
  }
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
