/**
 * A generic netlink family as data: what it is called, what can be asked of it, and what it tells.
 *
 * @module
 */
import type { Attributes, In, Out } from '../../codec/index.ts'

/** A table of attributes, whichever. */
export type AnyTable = Attributes<never> | Attributes

/** A command of a family. */
export interface CommandSpec {
  /** The kernel's name, for errors: `NETDEV_CMD_QUEUE_GET`. */
  readonly name: string
  /** Its number. */
  readonly cmd: number
  /** The attributes of a request. */
  readonly request: AnyTable
  /** The attributes of an answer, where there are any. */
  readonly reply?: AnyTable | undefined
}

/** A notification of a family. */
export interface EventSpec {
  readonly cmd: number
  readonly message: AnyTable
}

/** A family. */
export interface FamilySpec {
  /** The name that the kernel knows it by. */
  readonly name: string
  readonly version: number
  readonly commands: { readonly [name: string]: CommandSpec }
  readonly events?: { readonly [name: string]: EventSpec } | undefined
}

/** Names of a family's commands. */
export type CommandOf<S extends FamilySpec> = keyof S['commands'] & string

/** What a command wants. */
export type RequestOf<S extends FamilySpec, C extends CommandOf<S>> = In<S['commands'][C]['request']>

/** What a command answers with. */
export type ReplyOf<S extends FamilySpec, C extends CommandOf<S>> = S['commands'][C] extends { readonly reply: infer R }
  ? Out<R>
  : never

/** What a family tells: which notification, and what is in it. */
export type EventOf<S extends FamilySpec> = {
  [E in keyof S['events'] & string]: S['events'] extends { readonly [N in E]: { readonly message: infer M } }
    ? { readonly type: E; readonly object: Out<M> }
    : never
}[keyof S['events'] & string]

/**
 * Defines a family: tables of attributes, and which command takes and answers with which.
 *
 * ```ts
 * const dev = attrs({ ifindex: [1, u32] })
 * const netdev = defineFamily({
 *   name: 'netdev',
 *   version: 1,
 *   commands: { devGet: { name: 'NETDEV_CMD_DEV_GET', cmd: 1, request: dev, reply: dev } },
 * })
 * const devices = genl.family(netdev).list('devGet')
 * ```
 *
 * @throws TypeError for two commands of one name in the kernel's eyes.
 */
export function defineFamily<const S extends FamilySpec>(spec: S): S {
  const numbers = new Map<number, string>()
  for (const [name, { cmd }] of Object.entries(spec.events ?? {})) {
    const other = numbers.get(cmd)
    if (other !== undefined) throw new TypeError(`family ${spec.name}: ${other} and ${name} are the same notification`)
    numbers.set(cmd, name)
  }
  return spec
}
