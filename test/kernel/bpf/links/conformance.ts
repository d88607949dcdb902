/** What every kind of link has to do, whatever it goes onto. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CgroupLink,
  Link,
  linkFromFd,
  linkFromId,
  loadPinned,
  loadPinnedLink,
  type Program,
  UpdatableLink,
  WrongKindError,
  XdpLink,
} from '../../../../src/bpf/index.ts'
import { ClosedError, openDescriptors } from '../../../../src/sys/index.ts'
import { needs } from '../../needs.ts'
import { Bpffs, load, outcome } from '../programs.ts'
import { type LinkRow, Place } from './rows.ts'

/** What `bpftool` says of a link; a kind that it does not know it calls by its number. */
interface Shown {
  readonly id: number
  readonly type: string | number
  readonly prog_id?: number
  readonly pinned?: readonly string[]
}

/** Shows that a kind of link is made, told about, pinned, opened again, given another program, taken off and closed, and refuses what does not fit. */
export function testLink(name: string, row: LinkRow): void {
  describe.each([name])('%s', () => {
    const lacking = needs(...row.needs)
    let place: Place
    let program: Program
    beforeAll(() => {
      if (lacking.skip) return
      place = new Place()
      program = row.program(place)
    })
    afterAll(() => {
      program?.close()
      place?.[Symbol.dispose]()
    })

    test('is made, told about, opened again, given another program, and taken off', lacking, () => {
      const open = openDescriptors()
      using bpffs = new Bpffs()
      using link = row.attach(program, place)
      const info = link.info()
      expect(info).toMatchObject({ id: link.id, programId: program.id, ...row.info(place) })
      expect([...Link.ids()]).toContain(link.id)

      // By id, as the class of its kind; as another kind it is refused.
      using byId = linkFromId(link.id)
      expect(byId).toBeInstanceOf(row.kind)
      expect(byId.info()).toEqual(info)
      const { id } = link
      expect(() => (row.kind === (XdpLink as never) ? CgroupLink.fromId(id) : XdpLink.fromId(id))).toThrow(
        WrongKindError,
      )
      expect(() => linkFromFd(program.fd.dup())).toThrow(WrongKindError)

      // Pinned it stays, though nobody holds it; bpftool sees the same.
      const path = `${bpffs.path}/link`
      link.pin(path)
      link.close()
      byId.close()
      expect(() => link.info()).toThrow(ClosedError)
      expect(() => link.detach()).toThrow(ClosedError)
      // A bpftool of 2026 says all of it and ends with 255.
      const shown = JSON.parse(
        place.lab.exec(`bpftool -f -j link show pinned ${path}`, { mayFail: true }).stdout,
      ) as Shown
      expect(shown).toMatchObject({ id, prog_id: program.id, pinned: [path] })
      if (typeof shown.type === 'string' && !/^type:|^unknown/.test(shown.type)) KNOWN.set(shown.type, info.type)
      using pinned = loadPinnedLink(path)
      expect(pinned.info()).toEqual(info)
      expect(pinned.type).toBe(info.type)
      using anything = loadPinned(path)
      expect(anything).toBeInstanceOf(row.kind)
      anything.close()

      expect(updated(pinned, row, place, info.id)).toBe(true)
      expect(['ok', 'EOPNOTSUPP']).toContain(outcome(() => pinned.detach()))
      pinned.close()
      pinned.close()
      expect(openDescriptors()).toBe(open)
    })

    test('refuses a program of another type and says which it takes, with nothing left open', lacking, () => {
      using misfit = load('socket_filter', 0)
      using fitting = row.program(place)
      row.attach(fitting, place).close() // what the place makes for the first one is there by now
      const open = openDescriptors()
      expect(() => row.attach(misfit, place)).toThrow(REFUSED)
      expect(openDescriptors()).toBe(open)
    })
  })
}

/** The kernel's refusal with the remedy, or ours where nothing says which of several hooks it is to be. */
const REFUSED = /takes programs of type .*, this one is socket_filter|names no hook.*: say attachType/

/** The names that bpftool has for kinds, and ours of the same links. */
export const KNOWN = new Map<string, unknown>()

/** Gives a link of a kind that can be updated another program; whether all went as it should. */
function updated(link: Link, row: LinkRow, place: Place, id: number): boolean {
  if (!(link instanceof UpdatableLink)) return true
  using next = row.program(place)
  link.update(next)
  const info = link.info()
  return info.programId === next.id && info.id === id
}
