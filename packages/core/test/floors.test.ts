import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { brokenFloors, brokenPackageOrder, importsOf, readSources } from './floors.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const packageFolders = ['packages', 'examples']
  .flatMap((folder) => readdirSync(root + folder).map((name) => `${folder}/${name}`))
  .concat('benchmarks')
  .filter((folder) => existsSync(`${root}${folder}/package.json`))

describe('core', () => {
  test('each file imports only from its own floor or a lower one', () => {
    const files = readSources(`${root}packages/core/src`)
    expect(Object.keys(files)).toContain('index.ts')
    expect(brokenFloors(files)).toEqual([])
  })

  test.each([
    ['its own floor', 'graph/op.ts', "import { spec } from './spec.ts'"],
    ['a lower floor', 'tensor/tensor.ts', "import { record } from '../graph/record.ts'"],
    ['the ground floor, which is two folders', 'util/lru.ts', "import { ShapeError } from '../errors/errors.ts'"],
    ['Node, from node/', 'node/files.ts', "import { open } from 'node:fs/promises'"],
    ['a library', 'callbacks/progress.ts', "import bar from 'bar'"],
    ['anything but node/, from index', 'index.ts', "export { Trainer } from './trainer/trainer.ts'"],
  ])('may import %s', (_, path, text) => {
    expect(brokenFloors({ [path]: text })).toEqual([])
  })

  test.each([
    ['a higher floor', 'graph/op.ts', "import { Tensor } from '../tensor/tensor.ts'"],
    ['only a type of a higher floor', 'graph/op.ts', "import type { Tensor } from '../tensor/tensor.ts'"],
    ['a higher floor, as a type in place', 'graph/op.ts', "type T = import('../tensor/tensor.ts').Tensor"],
    ['a higher floor, dynamically', 'graph/op.ts', "const load = () => import('../tensor/tensor.ts')"],
    ['a higher floor, to export it', 'graph/op.ts', "export { Tensor } from '../tensor/tensor.ts'"],
    ['all of a higher floor, to export it', 'graph/op.ts', "export * from '../tensor/tensor.ts'"],
    ['a higher floor, by several folders', 'nn/layers/linear.ts', "import { SGD } from '../../optim/sgd.ts'"],
    ['a neighbour', 'loops/fit.ts', "import { Callback } from '../callbacks/callback.ts'"],
    ['the index', 'trainer/trainer.ts', "import { Tensor } from '../index.ts'"],
    ['Node', 'data/csv.ts', "import { readFile } from 'node:fs/promises'"],
    ['Node, from index', 'index.ts', "export { readFile } from './node/index.ts'"],
    ['a backend', 'trainer/trainer.ts', "import { cpu } from '@voltaic/backend-cpu'"],
    ['from a folder that is no floor', 'helpers/misc.ts', ''],
  ])('may not import %s', (_, path, text) => {
    expect(brokenFloors({ [path]: text })).toHaveLength(1)
  })
})

describe('packages', () => {
  // It reads and parses every source there is, on a machine that may be busy with other tests.
  test('each package imports only from those left of it, in its tests too', { timeout: 60_000 }, () => {
    const names = new Map(packageFolders.map((folder) => [nameOf(folder), folder]))
    const files = Object.assign(
      {},
      ...packageFolders.flatMap((folder) =>
        ['src', 'test']
          .map((part) => `${root}${folder}/${part}`)
          .filter((path) => existsSync(path))
          .map((path) => readSources(path, root)),
      ),
    )
    expect(brokenPackageOrder(files, (name) => names.get(name))).toEqual([])
  })

  const folders = new Map([
    ['@voltaic/core', 'packages/core'],
    ['@voltaic/onnx', 'packages/onnx'],
    ['@voltaic/conformance', 'packages/conformance'],
    ['@voltaic/backend-cpu', 'packages/backend-cpu'],
    ['@voltaic/backend-webgpu', 'packages/backend-webgpu'],
    ['@voltaic/benchmarks', 'benchmarks'],
    ['@voltaic/example-digits', 'examples/digits'],
  ])

  test.each([
    ['packages/core/test/tensor.test.ts', '@voltaic/core'],
    ['packages/onnx/src/lower.ts', '@voltaic/core'],
    ['packages/backend-cpu/src/plan.ts', '@voltaic/onnx'],
    ['packages/backend-webgpu/test/suite.test.ts', '@voltaic/conformance'],
    ['benchmarks/src/main.ts', '@voltaic/backend-cpu'],
    ['examples/digits/src/main.ts', '@voltaic/core/node'],
    ['packages/onnx/test/lower/folds.test.ts', '../../../core/test/support/tolerance.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(brokenPackageOrder({ [path]: `import '${specifier}'` }, (name) => folders.get(name))).toEqual([])
  })

  test.each([
    ['packages/core/test/tensor.test.ts', '@voltaic/backend-cpu'],
    ['packages/onnx/src/lower.ts', '@voltaic/conformance'],
    ['packages/backend-cpu/src/plan.ts', '@voltaic/backend-webgpu'],
    ['packages/backend-cpu/test/plan.test.ts', '../../core/src/graph/op.ts'],
    ['packages/backend-cpu/src/plan.ts', '../../core/test/support/tolerance.ts'],
    ['packages/backend-cpu/src/plan.ts', '@voltaic/unknown'],
    ['benchmarks/src/main.ts', '@voltaic/example-digits'],
  ])('%s may not import %s', (path, specifier) => {
    expect(brokenPackageOrder({ [path]: `import '${specifier}'` }, (name) => folders.get(name))).toHaveLength(1)
  })
})

test('a file that does not parse is an error, not a file without imports', () => {
  expect(() => importsOf('broken.ts', 'import { from')).toThrow(SyntaxError)
})

function nameOf(folder: string): string {
  return JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8')).name
}
