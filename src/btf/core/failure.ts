/** Thrown where a relocation is wrong by itself, or a target type is broken: there is no answer, not even "absent". */
export class CoreFailure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Gives up on a relocation. */
export function fail(message: string): never {
  throw new CoreFailure(message)
}
