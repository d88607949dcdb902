import { describe, expect, it } from 'vitest'
import { ATTACH_TYPES, matchSection, numberOf, PROGRAM_TYPES, sectionRows } from '../../../src/elf/index.ts'
import { specOf } from './objects.ts'

/** Name, program type, attach type as the kernel numbers them, and whether it may sleep (S) or takes fragments (F). */
const EXPECTED = `
socket 1 0 | sk_reuseport/migrate 21 40 | sk_reuseport 21 39 | kprobe 2 0 | kretprobe 2 0 | uprobe 2 0
uretprobe 2 0 | uprobe.s 2 0 S | uretprobe.s 2 0 S | kprobe.multi 2 42 | kretprobe.multi 2 42 | kprobe.session 2 56
uprobe.multi 2 48 | uretprobe.multi 2 48 | uprobe.session 2 57 | uprobe.multi.s 2 48 S | uretprobe.multi.s 2 48 S
uprobe.session.s 2 57 S | ksyscall 2 0 | kretsyscall 2 0 | usdt 2 0 | usdt.s 2 0 S | tc/ingress 3 46 | tc/egress 3 47
tcx/ingress 3 46 | tcx/egress 3 47 | tc 3 0 | classifier 3 0 | action 4 0 | netkit/primary 3 54 | netkit/peer 3 55
tracepoint 5 0 | tp 5 0 | tracepoint.s 5 0 S | tp.s 5 0 S | raw_tracepoint 17 0 | raw_tp 17 0 | raw_tracepoint.s 17 0 S
raw_tp.s 17 0 S | raw_tracepoint.w 24 0 | raw_tp.w 24 0 | tp_btf 26 23 | tp_btf.s 26 23 S | fentry 26 24 | fexit 26 25
fmod_ret 26 26 | fentry.s 26 24 S | fexit.s 26 25 S | fmod_ret.s 26 26 S | fsession 26 58 | fsession.s 26 58 S
fentry.multi 26 59 | fexit.multi 26 60 | fsession.multi 26 61 | fentry.multi.s 26 59 S | fexit.multi.s 26 60 S
fsession.multi.s 26 61 S | freplace 28 0 | lsm 29 27 | lsm.s 29 27 S | lsm_cgroup 29 43 | iter 26 28 | iter.s 26 28 S
syscall 31 0 S | xdp.frags/devmap 6 33 F | xdp/devmap 6 33 | xdp.frags/cpumap 6 35 F | xdp/cpumap 6 35 | xdp.frags 6 37 F
xdp 6 37 | perf_event 7 0 | lwt_in 10 0 | lwt_out 11 0 | lwt_xmit 12 0 | lwt_seg6local 19 0 | sockops 13 3
sk_skb/stream_parser 14 4 | sk_skb/stream_verdict 14 5 | sk_skb/verdict 14 38 | sk_skb 14 0 | sk_msg 16 7
lirc_mode2 20 16 | flow_dissector 22 17 | cgroup_skb/ingress 8 0 | cgroup_skb/egress 8 1 | cgroup/skb 8 0
cgroup/sock_create 9 2 | cgroup/sock_release 9 34 | cgroup/sock 9 2 | cgroup/post_bind4 9 12 | cgroup/post_bind6 9 13
cgroup/bind4 18 8 | cgroup/bind6 18 9 | cgroup/connect4 18 10 | cgroup/connect6 18 11 | cgroup/sendmsg4 18 14
cgroup/sendmsg6 18 15 | cgroup/recvmsg4 18 19 | cgroup/recvmsg6 18 20 | cgroup/getpeername4 18 29
cgroup/getpeername6 18 30 | cgroup/getsockname4 18 31 | cgroup/getsockname6 18 32 | cgroup/connect_unix 18 49
cgroup/sendmsg_unix 18 50 | cgroup/recvmsg_unix 18 51 | cgroup/getpeername_unix 18 52 | cgroup/getsockname_unix 18 53
cgroup/sysctl 23 18 | cgroup/getsockopt 25 21 | cgroup/setsockopt 25 22 | cgroup/dev 15 6 | struct_ops 27 0
struct_ops.s 27 0 S | sk_lookup 30 36 | netfilter 32 45`
  .split(/[|\n]/)
  .map((row) => row.trim())
  .filter((row) => row !== '')

describe('the table of section names', () => {
  it('has every name with the types that the kernel numbers', () => {
    const rows = sectionRows.map(({ name, type, attachType = 0, sleepable, frags }) =>
      [name, numberOf(PROGRAM_TYPES, type), numberOf(ATTACH_TYPES, attachType), sleepable && 'S', frags && 'F']
        .filter((part) => part !== undefined)
        .join(' '),
    )
    expect([...rows].sort()).toEqual([...EXPECTED].sort())
  })

  it('finds each row by its own name, and by its name with something behind it', () => {
    for (const row of sectionRows) {
      expect(matchSection(row.name)?.row).toBe(row)
      const longer = matchSection(`${row.name}/some_target`)
      expect(longer?.row).toBe(row)
      expect(longer?.target).toBe(row.suffix === 'target' ? 'some_target' : '')
    }
  })

  it('never takes a mere beginning for the name', () => {
    for (const name of ['socketfoo', 'xdp.fragments', 'kprobes/x', 'tcx', 'netkit', '', '/']) {
      expect(matchSection(name)).toBeUndefined()
    }
  })

  it('keeps everything behind the slash as the target', () => {
    expect(matchSection('tp/sched/sched_switch')?.target).toBe('sched/sched_switch')
    expect(matchSection('uprobe//usr/bin/bash:readline+0x10')?.target).toBe('/usr/bin/bash:readline+0x10')
    expect(matchSection('kprobe')?.target).toBe('')
  })

  it('takes names of your own first', () => {
    const own = [
      { name: 'my/thing', type: 'xdp' as const },
      { name: 'socket', type: 'sk_msg' as const },
    ]
    expect(matchSection('my/thing/sub', own)?.row).toBe(own[0])
    expect(matchSection('socket', own)?.row.type).toBe('sk_msg')
    expect(specOf('sections', { sections: own }).programs['program_0']?.type).toBe('sk_msg')
  })
})

describe('programs of every section', () => {
  const programs = Object.values(specOf('sections').programs)

  it('have the type and target that their section says', () => {
    for (const { section, type, attachType, attachTo, row } of programs) {
      const match = matchSection(section.replace('?', ''))
      expect({ section, type, attachType, attachTo, row }).toEqual({
        section,
        type: match?.row.type ?? 'unspec',
        attachType: match?.row.attachType,
        attachTo: match?.target ?? '',
        row: match?.row,
      })
    }
    expect(programs.filter(({ type }) => type === 'unspec').map(({ section }) => section)).toEqual(['socketfoo'])
  })

  it('carry the flags that their section implies', () => {
    const flags = (section: string): number | undefined => programs.find((each) => each.section === section)?.flags
    expect([flags('fentry.s'), flags('xdp.frags'), flags('syscall'), flags('xdp')]).toEqual([16, 32, 16, 0])
  })

  it('are loaded unless a question mark says otherwise', () => {
    expect(programs.filter(({ autoload }) => !autoload).map(({ section }) => section)).toEqual(['?xdp'])
    expect(programs.find(({ section }) => section === '?xdp')?.type).toBe('xdp')
  })
})
