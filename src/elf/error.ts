/** Where in an ELF file something is wrong. */
export interface ElfPlace {
  /** Name of the section. */
  section?: string | undefined
  /** Distance in bytes from the start of the section, or of the file where no section is named. */
  offset?: number | undefined
  /** What was found underneath. */
  cause?: unknown
}

/**
 * A file that is no ELF file, is damaged, was made for something else, or asks for what cannot be understood.
 * The message says what, in which section, and where.
 */
export class ElfError extends Error {
  static {
    this.prototype.name = 'ElfError'
  }

  /** Always `ERR_ELF`. */
  readonly code = 'ERR_ELF'
  /** Name of the section at fault, where one is. */
  readonly section: string | undefined
  /** Distance of the fault in bytes: within the section if one is named, else within the file. */
  readonly offset: number | undefined

  /** Says what is wrong, and where. */
  constructor(message: string, place: ElfPlace = {}) {
    const { section, offset, cause } = place
    const where = [
      section === undefined ? 'file' : `section ${section}`,
      offset === undefined ? '' : ` at byte ${offset}`,
    ].join('')
    super(`${where}: ${message}`, cause === undefined ? undefined : { cause })
    this.section = section
    this.offset = offset
  }
}
