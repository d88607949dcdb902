/** The kinds of link that packets meet, shown by packets that do or don't arrive: dropped, let pass by another program, dropped again, and free. */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  attachReuseport,
  BpfMap,
  CgroupLink,
  detachReuseport,
  type Link,
  NetfilterLink,
  NetkitLink,
  NetnsLink,
  type Program,
  type ProgramType,
  SockmapLink,
  TcxLink,
  UpdatableLink,
  XdpLink,
} from '../../../../src/bpf/index.ts'
import { NetNs } from '../../../../src/netns/index.ts'
import { check, errnoName, Fd, NR, Pinned, syscall } from '../../../../src/sys/index.ts'
import { Lab, run } from '../../lab.ts'
import { type Capability, needs } from '../../needs.ts'
import { load } from '../programs.ts'

const CGROUPS = run(['sh', '-c', 'awk \'$3 == "cgroup2" { print $2; exit }\' /proc/mounts']).stdout.trim()

/** Two namespaces with a pair between them: `here` pings `there`, out of a cgroup of its own. */
class Ends implements Disposable {
  readonly here = Lab.create('here')
  readonly there = Lab.create('there')
  readonly hereNs = NetNs.open(this.here.name)
  readonly thereNs = NetNs.open(this.there.name)
  readonly cgroup = mkdtempSync(`${CGROUPS}/netkit-traffic-`)

  constructor(kind: 'veth' | 'netkit') {
    this.here.ip(`link add dev0 type ${kind} peer name dev1 netns ${this.there.name}`)
    this.here.ip(['-batch', '-'], { input: 'address add 10.8.0.1/24 dev dev0\nlink set dev0 up\n' })
    this.there.ip(['-batch', '-'], { input: 'address add 10.8.0.2/24 dev dev1\nlink set dev1 up\n' })
  }

  index(name: string, lab = this.here): number {
    return Number(lab.link(name)!['ifindex'])
  }

  /** Whether a ping out of the cgroup is answered. */
  get answered(): boolean {
    // In the cgroup first: a namespace of `ip netns exec` has another /sys.
    const ping = `echo $$ > ${this.cgroup}/cgroup.procs && exec ip netns exec ${this.here.name} ping -n -q -c 1 -W 0.3 10.8.0.2`
    return run(['sh', '-c', ping], { mayFail: true }).status === 0
  }

  [Symbol.dispose](): void {
    this.hereNs.close()
    this.thereNs.close()
    this.here.remove()
    this.there.remove()
    rmdirSync(this.cgroup)
  }
}

interface Row {
  readonly needs: readonly Capability[]
  readonly pair?: 'netkit'
  /** A program that drops (false) or lets pass (true). */
  readonly program: (pass: boolean) => Program
  readonly attach: (program: never, ends: Ends) => Link
}

const tc =
  (attachType: 'tcx_ingress' | 'tcx_egress' | 'netkit_primary' | 'netkit_peer') =>
  (pass: boolean): Program =>
    load('sched_cls', pass ? 0 : 2, attachType)

const ROWS: Readonly<Record<string, Row>> = {
  'tcx ingress': {
    needs: ['tcx'],
    program: tc('tcx_ingress'),
    attach: (program, ends) => {
      const ifindex = ends.index('dev1', ends.there)
      return ends.thereNs.run(() => TcxLink.attach(program, { ifindex }))
    },
  },
  'tcx egress': {
    needs: ['tcx'],
    program: tc('tcx_egress'),
    attach: (program, ends) => {
      const ifindex = ends.index('dev0')
      return ends.hereNs.run(() => TcxLink.attach(program, { ifindex }))
    },
  },
  'netkit primary': {
    needs: ['netkit'],
    pair: 'netkit',
    program: tc('netkit_primary'),
    attach: (program, ends) => {
      const ifindex = ends.index('dev0')
      return ends.hereNs.run(() => NetkitLink.attach(program, { ifindex }))
    },
  },
  'netkit peer': {
    needs: ['netkit'],
    pair: 'netkit',
    program: tc('netkit_peer'),
    attach: (program, ends) => {
      const ifindex = ends.index('dev0')
      return ends.hereNs.run(() => NetkitLink.attach(program, { ifindex }))
    },
  },
  xdp: {
    needs: ['kind:veth'],
    program: (pass) => load('xdp', pass ? 2 : 1, 'xdp'),
    attach: (program, ends) => {
      const ifindex = ends.index('dev1', ends.there)
      return ends.thereNs.run(() => XdpLink.attach(program, { ifindex, mode: 'generic' }))
    },
  },
  cgroup: {
    needs: [],
    program: (pass) => load('cgroup_skb', pass ? 1 : 0, 'cgroup_inet_egress'),
    attach: (program, { cgroup }) => CgroupLink.attach(program, { cgroup }),
  },
  netfilter: {
    needs: ['btf:bpf_nf_link'],
    program: (pass) => load('netfilter', pass ? 1 : 0, 'netfilter'),
    attach: (program, { thereNs }) =>
      thereNs.run(() => NetfilterLink.attach(program, { family: 'ipv4', hook: 'input', priority: -5 })),
  },
}

describe.each(Object.entries(ROWS))('%s', (_, row) => {
  const lacking = needs(...row.needs)
  let ends: Ends
  beforeAll(() => {
    if (!lacking.skip) ends = new Ends(row.pair ?? 'veth')
  })
  afterAll(() => {
    ends?.[Symbol.dispose]()
  })

  test('decides what arrives as long as it lives', lacking, () => {
    using drop = row.program(false)
    using pass = row.program(true)
    expect(ends.answered).toBe(true)
    const link = row.attach(drop as never, ends)
    expect(ends.answered).toBe(false)
    const seen = [pass, drop].map((next) => {
      if (link instanceof UpdatableLink) (link as UpdatableLink<ProgramType>).update(next)
      return [ends.answered, link.info().programId]
    })
    const exchanged = [[true, pass.id], [false, drop.id]] // prettier-ignore
    const kept = [[false, drop.id], [false, drop.id]] // prettier-ignore
    expect(seen).toEqual(link instanceof UpdatableLink ? exchanged : kept)
    link.close()
    expect(ends.answered).toBe(true)
  })
})

const [AF_INET, SOCK_STREAM, SOCK_DGRAM, SOL_SOCKET, SO_REUSEPORT] = [2, 1, 2, 1, 15]
const MSG_DONTWAIT = 0x40
/** System calls that the library has no use for. */
const [LISTEN, ACCEPT4] = process.arch === 'x64' ? [50, 288] : [201, 242]

/** `struct sockaddr_in` of 127.0.0.1. */
function localhost(port: number): Pinned {
  const address = new Pinned(16)
  address.view.setUint16(0, AF_INET, true)
  address.view.setUint16(2, port)
  address.view.setUint32(4, 0x7f00_0001)
  return address
}

const socket = (type: number): Fd => Fd.own(check(syscall(NR.socket, AF_INET, type, 0), 'socket'), 'a socket')

/** A TCP connection over `lo`: who listens, who has called, and who has answered. */
class Connection implements Disposable {
  readonly listener = socket(SOCK_STREAM)
  readonly caller = socket(SOCK_STREAM)
  readonly answerer: Fd

  constructor(port: number) {
    const address = localhost(port)
    check(syscall(NR.bind, this.listener.number, address.address, 16), 'bind')
    check(syscall(LISTEN, this.listener.number, 8), 'listen')
    check(syscall(NR.connect, this.caller.number, address.address, 16), 'connect')
    this.answerer = Fd.own(check(syscall(ACCEPT4, this.listener.number), 'accept4'), 'a connection')
  }

  [Symbol.dispose](): void {
    for (const fd of [this.answerer, this.caller, this.listener]) fd.close()
  }
}

const word = (result: number): string | number => (result < 0 ? errnoName(result) : result)

describe('sockets of a namespace', needs('ipv6'), () => {
  let lab: Lab
  let ns: NetNs
  beforeAll(() => {
    lab = Lab.create('sockets')
    ns = NetNs.open(lab.name)
  })
  afterAll(() => {
    ns?.close()
    lab?.remove()
  })

  test('a socket lookup decides whether a connection is taken', () => {
    const port = 7001
    const connects = (): string | number =>
      ns.run(() => {
        using caller = socket(SOCK_STREAM)
        return word(syscall(NR.connect, caller.number, localhost(port).address, 16))
      })
    using connection = ns.run(() => new Connection(port))
    using drop = load('sk_lookup', 0, 'sk_lookup')
    using pass = load('sk_lookup', 1, 'sk_lookup')
    expect(connects()).toBe(0)
    const link = NetnsLink.attach(drop, { netns: lab.path })
    expect(connects()).toBe('ECONNREFUSED')
    link.update(pass)
    expect(connects()).toBe(0)
    link.update(drop)
    expect(connects()).toBe('ECONNREFUSED')
    link.close()
    expect(connects()).toBe(0)
    expect(connection.listener.closed).toBe(false)
  })

  test('a program of a map of sockets decides what one of them sends', needs('btf:sockmap_link'), () => {
    using connection = ns.run(() => new Connection(7002))
    using map = BpfMap.create({ type: 'sockmap', maxEntries: 1, valueSize: 4 })
    const caller = new Uint8Array(Uint32Array.of(connection.caller.number).buffer)
    const buffer = new Pinned(8)
    const arrives = (): string | number => {
      const sent = syscall(NR.sendto, connection.caller.number, buffer.address, 4)
      if (sent < 0) return errnoName(sent)
      return word(syscall(NR.recvfrom, connection.answerer.number, buffer.address, 8, MSG_DONTWAIT))
    }
    /** The same after the socket was put into the map anew: it keeps the program that it met there. */
    const put = (): void => (map as unknown as BpfMap<number, Uint8Array>).set(0, caller)
    const arrivesAnew = (): string | number => {
      map.delete(0)
      put()
      return arrives()
    }
    put()
    using drop = load('sk_msg', 0, 'sk_msg_verdict')
    using pass = load('sk_msg', 1, 'sk_msg_verdict')
    expect(arrives()).toBe(4)
    using link = SockmapLink.attach(drop, { map })
    expect(arrivesAnew()).toBe('EACCES')
    link.update(pass)
    expect(arrivesAnew()).toBe(4)
    link.update(drop)
    expect(arrivesAnew()).toBe('EACCES')
    link.close()
    expect(arrivesAnew()).toBe(4)
  })

  test('a program chooses among the sockets that share a port', () => {
    const address = localhost(7003)
    const one = new Pinned(4)
    one.view.setInt32(0, 1, true)
    const bound = (): Fd => {
      const fd = socket(SOCK_DGRAM)
      check(syscall(NR.setsockopt, fd.number, SOL_SOCKET, SO_REUSEPORT, one.address, 4), 'setsockopt')
      check(syscall(NR.bind, fd.number, address.address, 16), 'bind')
      return fd
    }
    using first = ns.run(bound)
    using second = ns.run(bound)
    const buffer = new Pinned(4)
    /** How many of four datagrams, from four ports, each gets. */
    const shares = (): number[] => {
      ns.run(() => {
        for (let n = 0; n < 4; n++) {
          using sender = socket(SOCK_DGRAM)
          check(syscall(NR.sendto, sender.number, buffer.address, 4, 0, address.address, 16), 'sendto')
        }
      })
      return [first, second].map((fd) => {
        let count = 0
        while (syscall(NR.recvfrom, fd.number, buffer.address, 4, MSG_DONTWAIT) === 4) count++
        return count
      })
    }
    using toFirst = load('socket_filter', 0)
    using toSecond = load('socket_filter', 1)
    attachReuseport(toFirst, { fd: first })
    expect(shares()).toEqual([4, 0])
    attachReuseport(toSecond, { fd: first })
    expect(shares()).toEqual([0, 4])
    detachReuseport({ fd: first })
    expect(shares().reduce((sum, count) => sum + count)).toBe(4)
    expect(() => detachReuseport({ fd: first })).toThrow(/ENOENT/)
  })
})
