/**
 * BPF tokens: what a user namespace may do of `bpf(2)`, as the owner of a bpffs delegated it.
 *
 * @module
 */
import { type Fd } from '../sys/index.ts'
import { COMMANDS, type CommandName, TokenCreate } from './attrs/index.ts'
import { bpfFd } from './call.ts'
import { type FileRef, refer } from './files.ts'
import { getInfo, TOKEN_INFO } from './info.ts'
import { ATTACH_TYPES, type AttachType, MAP_TYPES, type MapType, PROGRAM_TYPES, type ProgramType } from './names.ts'

/** What a token permits. */
export interface TokenInfo {
  /** The commands of `bpf(2)`. */
  readonly commands: readonly CommandName[]
  /** The types of map that may be created. */
  readonly maps: readonly MapType[]
  /** The types of program that may be loaded. */
  readonly programs: readonly ProgramType[]
  /** The attach types that programs may be loaded for. */
  readonly attachTypes: readonly AttachType[]
}

/**
 * A BPF token (`BPF_TOKEN_CREATE`): a process in a user namespace, without any capability outside of it, creates maps and loads programs and types with
 * it as far as the bpffs that it comes from delegates them (the mount options `delegate_cmds`, `delegate_maps`, `delegate_progs`,
 * `delegate_attachs`).
 *
 * It is given by its descriptor: `BpfMap.create({ …, tokenFd: token.fd.number })`, and so to `Program.load`, `Collection.load` and `loadBtf`.
 * Requires Linux 6.9.
 */
export class Token implements Disposable {
  /** The descriptor, which this object owns. */
  readonly fd: Fd

  private constructor(fd: Fd) {
    this.fd = fd
  }

  /**
   * Creates a token from the root of a bpffs that was mounted in this process's user namespace. The caller closes it.
   *
   * @throws KernelError `EOPNOTSUPP` in the first user namespace, which needs none; `ENOENT` for a bpffs that delegates nothing; `EPERM` without
   * CAP_BPF in the namespace, or where the bpffs is another namespace's; `EINVAL` for a path that is no root of a bpffs, or before Linux 6.9.
   */
  static create(bpffs: FileRef): Token {
    using root = refer(bpffs)
    return new Token(
      bpfFd(TokenCreate, { bpffsFd: root.number }, 'the token', (code) => ({
        attempted: `create a token from ${root.name}`,
        hint: HINTS[code],
      })),
    )
  }

  /** What it permits. Requires Linux 6.17. */
  info(): TokenInfo {
    const info = getInfo(this.fd.number, TOKEN_INFO)
    return {
      commands: named(COMMANDS, info.allowedCmds),
      maps: named(MAP_TYPES, info.allowedMaps),
      programs: named(PROGRAM_TYPES, info.allowedProgs),
      attachTypes: named(ATTACH_TYPES, info.allowedAttachs),
    }
  }

  /** Closes the descriptor. A second call does nothing. What was made with the token stays. */
  close(): void {
    this.fd.close()
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.close()
  }
}

/** The names of the bits that are set, for bits that the kernel has; a mount that delegates `any` sets all 64. */
function named<N extends string>(table: { readonly [K in N]: number }, bits: bigint): N[] {
  return Object.entries<number>(table)
    .filter(([, bit]) => (bits >> BigInt(bit)) & 1n)
    .map(([name]) => name as N)
}

/** The remedies of a refused creation, one row each. */
const HINTS: Readonly<Record<string, string>> = {
  EOPNOTSUPP: 'this process is in the first user namespace, which needs no token',
  ENOENT: 'the bpffs delegates nothing: mount it with delegate_cmds and the like',
  EPERM: 'the bpffs is of another user namespace, or this process lacks CAP_BPF in its own',
  EINVAL: 'the path must be the root of a bpffs, and the kernel Linux 6.9 or later',
}
