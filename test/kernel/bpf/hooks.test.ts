/**
 * The behaviour of the ordered hooks of an interface, as one table that runs against tcx (natively, on any device) and netkit (where the
 * kernel has it). Each row begins with an empty hook; its answer is one for both kinds, or one for each where they differ.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { after, before, type Program } from '../../../src/bpf/index.ts'
import { needs } from '../needs.ts'
import { Hook, type Kind } from './hook.ts'
import { load, outcome, refusal } from './programs.ts'

const REPLACE = 4
const BEFORE = 8
const AFTER = 16
const ID = 32
const LINK = 8192

type Answer = string | number | bigint | boolean | RegExp
type Row = readonly [what: string, act: (hook: Hook) => Answer, answer: Answer | Readonly<Record<Kind, Answer>>]

/** The answer of the table for a kind; a pattern that fits stands for what it fits. */
function expected(answer: Row[2], kind: Kind, got: Answer): Answer {
  const own = typeof answer === 'object' && !(answer instanceof RegExp) ? answer[kind] : answer
  return own instanceof RegExp && own.test(String(got)) ? got : own
}

const wrong = <T>(program: Program): T => program as T

const ROWS: readonly Row[] = [
  // ── where it goes ──
  ['no flags appends', (h) => (h.attach(h.a), h.attach(h.b), h.order()), 'a b'],
  ['BEFORE alone is the head', (h) => (h.attach(h.a), h.attach(h.b, { anchor: 'head' }), h.order()), 'b a'],
  ['AFTER alone is the tail', (h) => (h.attach(h.a), h.attach(h.b, { anchor: 'tail' }), h.order()), 'a b'],
  ['before a link', (h) => { const a = h.attach(h.a); h.attach(h.b); h.attach(h.c, { anchor: before(a) }); return h.order() }, 'c a b'],
  ['after a link', (h) => { const a = h.attach(h.a); h.attach(h.b); h.attach(h.c, { anchor: after(a) }); return h.order() }, 'a c b'],
  ['before a program', (h) => (h.attach(h.a), h.attach(h.b), h.attach(h.c, { anchor: before(h.b) }), h.order()), 'a c b'],
  ['after a program id', (h) => (h.attach(h.a), h.attach(h.b), h.attach(h.c, { anchor: after({ programId: h.a.id }) }), h.order()), 'a c b'],
  ['before a link id', (h) => { const a = h.attach(h.a); h.attach(h.c, { anchor: before({ linkId: a.id }) }); return h.order() }, 'c a'],
  ['before a program without a link', (h) => (h.put(h.a), h.attach(h.b, { anchor: before(h.a) }), h.order()), 'b a'],
  ['the two hooks are lists of their own', (h) => (h.attach(h.a), h.attach(h.a, { other: true }), h.order()), 'a'],

  // ── what is refused ──
  ['the same program twice', (h) => (h.attach(h.a), outcome(() => h.attach(h.a))), 'EEXIST'],
  ['an anchor that is not attached', (h) => (h.attach(h.a), outcome(() => h.attach(h.b, { anchor: before(h.c) }))), 'ENOENT'],
  ['an anchor on an empty hook', (h) => outcome(() => h.attach(h.b, { anchor: before(h.c) })), 'ENOENT'],
  ['a program id that is none', (h) => (h.attach(h.a), outcome(() => h.attach(h.b, { anchor: after({ programId: 0xfffffff }) }))), 'ENOENT'],
  ['a link id that is none', (h) => (h.attach(h.a), outcome(() => h.attach(h.b, { anchor: after({ linkId: 0xfffffff }) }))), 'ENOENT'],
  ['id 0', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE | ID })), 'ENOENT'],
  ['LINK with relative 0', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE | LINK })), 'EINVAL'],
  ['LINK with the descriptor of a program', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE | LINK, relativeFd: h.a.fd.number })), 'EINVAL'],
  ['a relative that is no descriptor', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE, relativeFd: 999_999 })), 'EBADF'],
  ['a relative without BEFORE or AFTER', (h) => (h.attach(h.a), h.raw(h.b, { relativeFd: h.a.fd.number })), 'EINVAL'],
  ['a relative of another program type', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE, relativeFd: h.xdp.fd.number })), 'EINVAL'],
  ['BEFORE and AFTER one', (h) => (h.attach(h.a), h.raw(h.b, { flags: BEFORE | AFTER, relativeFd: h.a.fd.number })), 'ERANGE'],
  ['BEFORE and AFTER nothing, on an empty hook', (h) => h.raw(h.a, { flags: BEFORE | AFTER }), 'ERANGE'],
  ['ID alone, on an empty hook', (h) => h.raw(h.a, { flags: ID }), 'ENOENT'],
  ['LINK alone, on an empty hook', (h) => h.raw(h.a, { flags: LINK }), 'EINVAL'],
  ['BEFORE alone, on an empty hook', (h) => h.raw(h.a, { flags: BEFORE }), 'ok'],
  ['ALLOW_OVERRIDE', (h) => outcome(() => h.attach(h.a, { flags: 1 })), 'EINVAL'],
  ['ALLOW_MULTI', (h) => outcome(() => h.attach(h.a, { flags: 2 })), 'EINVAL'],
  ['PREORDER', (h) => outcome(() => h.attach(h.a, { flags: 64 })), 'EINVAL'],
  ['REPLACE by a link', (h) => (h.attach(h.a), h.raw(h.b, { flags: REPLACE, relativeFd: h.a.fd.number })), 'ENOENT'],
  ['another program type', (h) => outcome(() => h.attach(wrong(h.xdp))), 'EINVAL'],

  // ── on what ──
  ['ifindex 0', (h) => outcome(() => h.attach(h.a, { ifindex: 0 })), 'ENODEV'],
  ['an ifindex that is none', (h) => outcome(() => h.attach(h.a, { ifindex: 9999 })), 'ENODEV'],
  ['lo', (h) => outcome(() => h.attach(h.a, { ifindex: 1 })), { tcx: 'ok', netkit: 'ENXIO' }],
  ['the peer', (h) => outcome(() => h.attach(h.a, { ifindex: h.peer })), { tcx: 'ok', netkit: 'EACCES' }],
  ['the peer, other hook', (h) => outcome(() => h.attach(h.a, { ifindex: h.peer, other: true })), { tcx: 'ok', netkit: 'EACCES' }],
  ['query through the peer', (h) => outcome(() => h.query(h.peer)), { tcx: 'ok', netkit: 'EACCES' }],
  ['query of none', (h) => outcome(() => h.query(9999)), 'ENODEV'],

  // ── revisions ──
  ['the right revision', (h) => (h.attach(h.a), outcome(() => h.attach(h.b, { expectedRevision: h.query().revision }))), 'ok'],
  ['another revision', (h) => (h.attach(h.a), outcome(() => h.attach(h.b, { expectedRevision: h.query().revision + 7n }))), 'ESTALE'],
  ['each change counts', (h) => { h.attach(h.a); const { revision } = h.query(); h.attach(h.b); return h.query().revision - revision }, 1n],
  ['an emptied hook says 1', (h) => (h.attach(h.a).close(), h.query().revision), 1n],
  ['and means it, or not', (h) => (h.attach(h.a).close(), outcome(() => h.attach(h.b, { expectedRevision: 1 }))), { tcx: 'ok', netkit: 'ESTALE' }],

  // ── update and detach ──
  ['update counts', (h) => { const a = h.attach(h.a); const { revision } = h.query(); a.update(h.b); return `${h.order()} +${h.query().revision - revision}` }, 'b +1'],
  ['update keeps the place', (h) => { const a = h.attach(h.a); h.attach(h.c); a.update(h.b); return h.order() }, 'b c'],
  ['update to the same', (h) => { const a = h.attach(h.a); const { revision } = h.query(); a.update(h.a); return h.query().revision - revision }, 0n],
  ['update of the right old one', (h) => { const a = h.attach(h.a); return outcome(() => a.update(h.b, { old: h.a })) }, 'ok'],
  ['update of a wrong old one', (h) => { const a = h.attach(h.a); return outcome(() => a.update(h.b, { old: h.c })) }, 'EPERM'],
  ['update to one that is there', (h) => { const a = h.attach(h.a); h.attach(h.b); return outcome(() => a.update(h.b)) }, 'EEXIST'],
  ['update to another type', (h) => { const a = h.attach(h.a); return outcome(() => a.update(wrong(h.xdp))) }, 'EINVAL'],
  ['update with other flags', (h) => { const a = h.attach(h.a); return outcome(() => a.update(h.b, { flags: BEFORE })) }, 'EINVAL'],
  ['detach twice', (h) => { const a = h.attach(h.a); a.detach(); return outcome(() => a.detach()) }, 'ok'],
  ['a detached link has no interface', (h) => { const a = h.attach(h.a); a.detach(); return a.info().ifindex }, 0],
  ['update after detach', (h) => { const a = h.attach(h.a); a.detach(); return outcome(() => a.update(h.b)) }, 'ENOLINK'],

  // ── without a link ──
  ['attached without a link it has no link id', (h) => (h.put(h.a), h.query().programs[0]!.linkId), 0],
  ['replace', (h) => (h.put(h.a), h.put(h.c), h.put(h.b, { replace: h.a }), h.order()), 'b c'],
  ['replace what is not there', (h) => (h.put(h.a), outcome(() => h.put(h.b, { replace: h.c }))), 'ENOENT'],
  ['replace by the same', (h) => (h.put(h.a), outcome(() => h.put(h.a, { replace: h.a }))), 'EEXIST'],
  ['replace what a link holds', (h) => (h.attach(h.a), outcome(() => h.put(h.b, { replace: h.a }))), 'EBUSY'],
  ['detach', (h) => (h.put(h.a), h.put(h.b), h.drop(h.a), h.order()), 'b'],
  ['detach what a link holds', (h) => (h.attach(h.a), outcome(() => h.drop(h.a))), 'EBUSY'],
  ['detach what is not there', (h) => (h.put(h.a), outcome(() => h.drop(h.b))), 'ENOENT'],
  ['detach from an empty hook', (h) => outcome(() => h.drop(h.a)), 'ENOENT'],
  ['detach no one in particular: the last', (h) => (h.put(h.a), h.put(h.b), h.drop(), h.order()), 'a'],
  ['detach the first', (h) => (h.put(h.a), h.put(h.b), h.drop(undefined, { anchor: 'head' }), h.order()), 'b'],
  ['detach the last when a link holds it', (h) => (h.attach(h.a), outcome(() => h.drop())), 'EBUSY'],
  ['detach with REPLACE', (h) => (h.put(h.a), outcome(() => h.drop(h.a, { flags: REPLACE }))), 'EINVAL'],
  ['detach at another revision', (h) => (h.put(h.a), outcome(() => h.drop(h.a, { expectedRevision: 99 }))), 'ESTALE'],

  // ── and what the library says to it ──
  ['remedy: twice', (h) => { const a = h.attach(h.a); return refusal(() => h.attach(h.a)).includes(`held by link ${a.id}`) }, true],
  ['remedy: anchor', (h) => refusal(() => h.attach(h.a, { anchor: after(h.b) })), /ENOENT .*the anchor is not on this hook/],
  ['remedy: revision', (h) => { h.attach(h.b); return refusal(() => h.attach(h.a, { expectedRevision: 99 })).includes(`at revision ${h.query().revision} now, not 99`) }, true],
  ['remedy: none there', (h) => refusal(() => h.attach(h.a, { ifindex: 9999 })), /^attach program "a" to \w+ of interface 9999: bpf\(BPF_LINK_CREATE\): ENODEV .*no interface 9999 in this/],
  ['remedy: type', (h) => refusal(() => h.attach(wrong(h.xdp))), /takes programs of type sched_cls, this one is xdp/],
  ['remedy: peer', (h) => (h.kind === 'tcx' ? '' : refusal(() => h.attach(h.a, { ifindex: h.peer }))), { tcx: '', netkit: /use the primary's ifindex/ }],
  ['remedy: not netkit', (h) => (h.kind === 'tcx' ? '' : refusal(() => h.attach(h.a, { ifindex: 1 }))), { tcx: '', netkit: /interface 1 is not a netkit device/ }],
  ['remedy: emptied', (h) => (h.kind === 'tcx' ? '' : (h.attach(h.a).close(), refusal(() => h.attach(h.b, { expectedRevision: 1 })))), { tcx: '', netkit: /attach without expectedRevision/ }],
  ['remedy: update after detach', (h) => { const a = h.attach(h.a); a.detach(); return refusal(() => a.update(h.b)) }, /^put program "b" into the \w+ link: bpf\(BPF_LINK_UPDATE\): ENOLINK .*attach anew/],
  ['remedy: a link holds it', (h) => (h.attach(h.a), refusal(() => h.drop(h.a))), /EBUSY .*a link holds the program/],
] // prettier-ignore

for (const kind of ['tcx', 'netkit'] as const) {
  describe(`the hooks of ${kind}`, needs(kind, ...(kind === 'tcx' ? (['kind:veth'] as const) : [])), () => {
    let hook: Hook
    beforeAll(() => {
      hook = new Hook(kind)
    })
    afterEach(() => hook.clear())
    afterAll(() => hook[Symbol.dispose]())

    test.each(ROWS)('%s', (_, act, answer) => {
      const got = act(hook)
      expect(got).toBe(expected(answer, kind, got))
    })

    test('the 64th program is one too many', () => {
      const programs = Array.from({ length: 64 }, (_, index) => load('sched_cls', -1, undefined, `p${index}`))
      try {
        for (const program of programs.slice(0, 63)) hook.put(program)
        expect(outcome(() => hook.put(programs[63]!))).toBe('ERANGE')
        expect(refusal(() => hook.attach(programs[63]!))).toMatch(/full: 63 programs/)
        expect(hook.query().programs.map(({ programId }) => programId)).toEqual(
          programs.slice(0, 63).map(({ id }) => id),
        )
        expect(refusal(() => hook.drop())).toMatch(/ERANGE .*name the program/)
      } finally {
        for (const program of programs) {
          outcome(() => hook.drop(program))
          program.close()
        }
      }
    })
  })
}
