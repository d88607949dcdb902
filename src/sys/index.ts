/**
 * The ground floor: system calls, memory, descriptors. The only room that knows koffi.
 *
 * @module
 */
export { addressOf, keepAlive, viewOf } from './libc.ts'
export { currentKernel, type Kernel, syscall, syscallAsync, useKernel } from './door.ts'
export { errnoName, errnoOf, errnoText } from './errno.ts'
export { check, ClosedError, KernelError, type KernelErrorOptions } from './errors.ts'
export { EventStream, type StreamSource } from './event-stream.ts'
export { Fd, openDescriptors } from './fd.ts'
export { Mapping, type MappingOptions } from './mapping.ts'
export {
  arena,
  bytesAt,
  getAddress,
  Pinned,
  putAddress,
  putBytesAt,
  release,
  take,
  takeBytes,
  takeText,
} from './memory.ts'
export { pageSize } from './page.ts'
export { NR, type SyscallName, syscallName } from './numbers.ts'
export { Readiness, WAIT_FOR, type Waiter } from './readiness.ts'
export { type Call, record, replay } from './record.ts'
export { FdWatcher } from './watcher.ts'
