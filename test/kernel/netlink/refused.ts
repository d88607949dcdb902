/**
 * What the kernel refuses, for tables of input and refusal.
 */
import { release } from 'node:os'

import { expect } from 'vitest'

/** A refusal: the error's code, a part of the kernel's words (`null`: it says nothing), and the path that it points at. */
export interface Refused {
  readonly code: string
  readonly says?: string | RegExp | null
  readonly path?: string
  readonly hint?: RegExp
}

const [major = 0, minor = 0] = release().split('.').map(Number)

/** Whether this kernel is of a version or later. */
export const since = (wantedMajor: number, wantedMinor: number): boolean =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)

/** What a piece of work throws, or `undefined`. */
export function thrown(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

/** What the error of a refusal looks like, for `toMatchObject`. */
export function like({ code, says, path, hint }: Refused): object {
  return {
    name: 'NetlinkError',
    code,
    ...(says === null ? { kernelMessage: undefined } : {}),
    ...(typeof says === 'string' ? { kernelMessage: expect.stringContaining(says) } : {}),
    ...(says instanceof RegExp ? { kernelMessage: expect.stringMatching(says) } : {}),
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint: expect.stringMatching(hint) }),
  }
}
