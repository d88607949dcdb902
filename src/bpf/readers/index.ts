/**
 * Event streams: what programs send, and what is sent to them.
 *
 * @module
 */
export { type RecordDecoder, type RecordVisitor, type StreamOptions } from './decode.ts'
export { ReaderBusyError, RingFullError } from './errors.ts'
export { type MapHandle } from './open.ts'
export { type PerfLoss, PerfReader, type PerfReaderOptions, type PerfRecord, type PerfSample } from './perf-reader.ts'
export { type FollowOptions, ProgramStream, type ProgramStreamName } from './program-stream.ts'
export { EventReader, type LimitOptions } from './reader.ts'
export { type GroupRecord, RingGroup } from './ring-group.ts'
export { RingReader, type RingReaderOptions } from './ring-reader.ts'
export { UserRing, type UserRingRecord } from './user-ring.ts'
