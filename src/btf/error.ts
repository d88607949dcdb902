/** Where in the input a {@link BtfError} was found. */
export interface BtfErrorPlace {
  /** The name that the input was given in `parse` (`vmlinux`, a path, a section). */
  readonly source?: string | undefined
  /** The byte offset from the start of the input. */
  readonly offset?: number | undefined
  /** The type that was being read. */
  readonly typeId?: number | undefined
  /** What made it fail, where something below did. */
  readonly cause?: unknown
}

/**
 * BTF, or BTF.ext, that cannot be read, does not make sense, or cannot be written: the message says what is wrong with
 * which type at which byte.
 */
export class BtfError extends Error {
  static {
    this.prototype.name = 'BtfError'
  }

  /** Always `ERR_BTF`. */
  readonly code = 'ERR_BTF'
  /** The name that the input was given, where it has one. */
  readonly source: string | undefined
  /** The byte offset of the fault from the start of the input, where the fault is in the bytes. */
  readonly offset: number | undefined
  /** The type at fault, where it is one type's. */
  readonly typeId: number | undefined

  /** Says what is wrong, and where. */
  constructor(message: string, place: BtfErrorPlace = {}) {
    const where = [
      place.source ?? 'BTF',
      place.typeId === undefined ? '' : ` type ${place.typeId}`,
      place.offset === undefined ? '' : ` at byte ${place.offset}`,
    ]
    super(`${where.join('')}: ${message}`, place.cause === undefined ? undefined : { cause: place.cause })
    this.source = place.source
    this.offset = place.offset
    this.typeId = place.typeId
  }
}
