export { DeviceMemory, type DeviceMemoryOptions } from './device-memory.ts'
