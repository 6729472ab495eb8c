import { testAccelerator } from '@voltaic/conformance/vitest'
import { cpu } from '../src/index.ts'

testAccelerator(() => cpu({ threads: 2, memoryBytes: 2 ** 28 }), { sample: 0.05 })
