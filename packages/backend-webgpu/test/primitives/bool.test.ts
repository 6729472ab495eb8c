import { testPrimitives } from '../support/primitives.ts'

testPrimitives('bool')
