/** Events of routes, 100,000 of them waiting in the socket's buffer. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

/** How fast a monitor can be at best. */
export const drain = (size: Size): Work => {
  const count = String(size(100_000))
  const go = (library: string): Pick<Contender, 'program' | 'arguments'> => ({
    program: 'go/netlink',
    arguments: [library, 'drain', count, 'lo'],
  })
  return {
    name: 'netlink/drain',
    chapter: 'netlink',
    title: `Drain ${count} queued route events`,
    place: 'namespace',
    base: 'C recv, undecoded',
    metrics: [metrics.time('event', 'an event')],
    contenders: [
      { name: 'C recv, undecoded', program: 'c/drain', arguments: [count, 'lo', 'recv'] },
      { name: 'C recvmmsg, undecoded', program: 'c/drain', arguments: [count, 'lo', 'recvmmsg'] },
      { name: 'netkit', program: 'ours/drain', arguments: [count, 'lo'] },
      { name: 'vishvananda', ...go('handle') },
      { name: 'jsimonetti', ...go('jsimonetti') },
      { name: 'mdlayher, undecoded', ...go('mdlayher') },
      {
        name: 'pyroute2',
        program: 'python/netlink',
        arguments: ['drain', String(Math.ceil(Number(count) / 10)), 'lo'],
        rounds: 3,
      },
    ],
    targets: [
      { contender: 'netkit', metric: 'event', over: 'C recv, undecoded', ratio: 1.43 },
      { contender: 'netkit', metric: 'event', over: 'vishvananda', ratio: 1 },
    ],
    note: 'Objects where it does not say otherwise. pyroute2 drains a tenth.',
    guard: true,
  }
}
