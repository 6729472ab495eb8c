import { testAccelerator } from '@voltaic/conformance/vitest'
import { myAccelerator } from '../src/index.ts'

testAccelerator(() => myAccelerator())
