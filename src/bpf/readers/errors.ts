/**
 * How readers fail.
 *
 * @module
 */

/** A reader was asked for records by the visit of a record of its own. */
export class ReaderBusyError extends Error {
  override readonly name: string = 'ReaderBusyError'
  readonly code: string = 'ERR_READER_BUSY'

  constructor(what: string) {
    super(`${what} is being read: a visit cannot read on from inside`)
  }
}

/** A ring that programs drain has no room for a record now. */
export class RingFullError extends Error {
  override readonly name: string = 'RingFullError'
  readonly code: string = 'ERR_RING_FULL'
  /** Bytes of the record that there was no room for. */
  readonly length: number

  constructor(what: string, length: number) {
    super(`${what} has no room for ${length} bytes until a program drains it`)
    this.length = length
  }
}
