import { testPrimitives } from '../support/primitives.ts'

testPrimitives('uint8')
