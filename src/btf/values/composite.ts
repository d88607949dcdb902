import { compileReader, type Place } from './compile.ts'
import { Fault, outOfRange, wrongType, type Shape } from './shape.ts'

/** A member of a struct or union as it is declared: an anonymous one has members of its own. */
export type Member = Place | { readonly name: ''; readonly offset: number; readonly members: Members }

/** The members of one struct or union. */
export interface Members {
  readonly label: string
  readonly size: number
  readonly union: boolean
  readonly list: readonly Member[]
}

/** A struct or union: an object with all members, those of anonymous structs and unions beside the others. */
export function composite(members: Members): Shape {
  const places: Place[] = []
  flatten(members, 0, places)
  const known = new Set(places.map(({ name }) => name))
  const shape: Shape = {
    label: members.label,
    size: members.size,
    weight: places.reduce((sum, place) => sum + (place.shape.weight ?? 1), 1),
    read: compileReader(places),
    write(view, at, value) {
      const given = objectOf(shape, value)
      const written = writeMembers(members, view, at, given)
      let names = 0
      for (const _ in given) names++
      if (names !== written) refuseUnknown(shape, known, given)
    },
    extra: places.some((place) => place.shape.extra !== undefined)
      ? (value) => extent(members, objectOf(shape, value)) - members.size
      : undefined,
  }
  return shape
}

/** Refuses a value that has members which the struct has not. Members given as `undefined` are not given. */
function refuseUnknown(shape: Shape, known: ReadonlySet<string>, given: Record<string, unknown>): void {
  for (const name of Object.keys(given))
    if (!known.has(name))
      throw Fault.within(`.${name}`, new Fault('range', `there is no such member in ${shape.label}`))
}

function objectOf(shape: Shape, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
    return wrongType(shape, 'an object', value)
  return value as Record<string, unknown>
}

function flatten(members: Members, offset: number, places: Place[]): void {
  for (const member of members.list) {
    if ('members' in member) flatten(member.members, offset + member.offset, places)
    else places.push({ ...member, offset: offset + member.offset })
  }
}

const { prototype: INHERITED } = Object

function isGiven(member: Member, given: Record<string, unknown>): boolean {
  if ('members' in member) return member.members.list.some((inner) => isGiven(inner, given))
  const value = given[member.name]
  // What an object inherits was not given.
  return value !== undefined && (value !== INHERITED[member.name as never] || Object.hasOwn(given, member.name))
}

/** Writes a member and returns how many of the value's names that took: several for an anonymous struct. */
function writeMember(member: Member, view: DataView, at: number, given: Record<string, unknown>): number {
  if ('members' in member) return writeMembers(member.members, view, at + member.offset, given)
  try {
    member.shape.write(view, at + member.offset, given[member.name])
    return 1
  } catch (fault) {
    throw Fault.within(`.${member.name}`, fault)
  }
}

/** Bytes up to the end of the last element given for a flexible array, and no less than the struct's own. */
function extent(members: Members, given: Record<string, unknown>): number {
  let end = members.size
  for (const member of members.list) {
    if ('members' in member) end = Math.max(end, member.offset + extent(member.members, given))
    else if (member.shape.extra !== undefined && isGiven(member, given)) {
      try {
        end = Math.max(end, member.offset + member.shape.size + member.shape.extra(given[member.name]))
      } catch (fault) {
        throw Fault.within(`.${member.name}`, fault)
      }
    }
  }
  return end
}

function writeMembers(members: Members, view: DataView, at: number, given: Record<string, unknown>): number {
  if (members.union) {
    const list = members.list.filter((member) => isGiven(member, given))
    if (list.length > 1) return writeTogether(members, list, view, at, given)
  }
  let written = 0
  for (const member of members.list) if (isGiven(member, given)) written += writeMember(member, view, at, given)
  return written
}

/**
 * Writes several members of one union. A value that was read has all of them, and writing it back must work; but if only
 * one was changed since, which of them counts would be anybody's guess, so they must agree in every bit that they share.
 * Which bits a member writes shows when it is written over zeros and over ones.
 */
function writeTogether(
  members: Members,
  list: readonly Member[],
  view: DataView,
  at: number,
  given: Record<string, unknown>,
): number {
  const size = extent(members, given)
  const bits = new Uint8Array(size)
  const written = new Uint8Array(size)
  let names = 0
  for (const member of list) {
    const zeros = new Uint8Array(size)
    const ones = new Uint8Array(size).fill(0xff)
    writeMember(member, new DataView(zeros.buffer), 0, given)
    names += writeMember(member, new DataView(ones.buffer), 0, given)
    for (let i = 0; i < size; i++) {
      const mine = 0xff & ~(zeros[i]! ^ ones[i]!)
      if (((zeros[i]! ^ bits[i]!) & mine & written[i]!) !== 0) {
        const names = list.map(({ name }) => name || 'an anonymous one').join(' and ')
        outOfRange(members, `${names} contradict each other: give one member of`)
      }
      bits[i]! |= zeros[i]! & mine
      written[i]! |= mine
    }
  }
  for (let i = 0; i < size; i++) view.setUint8(at + i, (view.getUint8(at + i) & ~written[i]!) | bits[i]!)
  return names
}
