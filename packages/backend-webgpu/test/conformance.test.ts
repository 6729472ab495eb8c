import { testAccelerator } from '@voltaic/conformance/vitest'
import { webgpu } from '../src/index.ts'
import { describeOnDevice } from './support/device.ts'

const { CONFORMANCE_CASES } = process.env

// A software driver compiles every kernel of a case, which for all cases takes long. Ops and training have tests of their own here.
const cases = CONFORMANCE_CASES?.split(',') ?? ['lifecycle', 'data', 'faults', 'graphs/running', 'graphs/scalars']

describeOnDevice('conformance', () => {
  testAccelerator(() => webgpu({ allowSoftware: true }), { cases, seed: 1 })
})
