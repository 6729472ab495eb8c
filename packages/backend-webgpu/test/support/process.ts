/* A process that uses the backend and ends as its argument says; started by a test. */
import { Linear, randn, useAccelerator } from '@voltaic/core'
import { webgpu } from '../../src/index.ts'

const [ending] = process.argv.slice(2)
const device = webgpu({ allowSoftware: true })
await useAccelerator(device)
const layer = new Linear(3, 2)
await layer.forward(randn([4, 3])).array()

if (ending === 'exit') process.exit(7)
if (ending === 'throw') throw new Error('on purpose')
if (ending === 'teardown') await device.teardown()
