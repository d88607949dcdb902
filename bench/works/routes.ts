/** Dumps of routes: small messages, so what an object costs shows. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

const floor: Contender = { name: 'C, undecoded', program: 'c/dump', arguments: ['routes', '5'] }

function dump(name: 'routes-100k' | 'routes-1m', routes: number, iterations: string, slow: boolean): Work {
  return {
    name: `netlink/${name}`,
    chapter: 'netlink',
    title: `Dump ${routes} routes`,
    place: 'namespace',
    prepare: [['c/change', 'fill-routes', String(routes), 'lo']],
    base: floor.name,
    metrics: [metrics.time('dump', 'one dump'), metrics.memory],
    contenders: [
      floor,
      { name: 'netkit', program: 'ours/netlink', arguments: ['routes', iterations] },
      { name: 'netkit, streamed', program: 'ours/netlink', arguments: ['routes-stream', iterations] },
      { name: 'Node, by hand', program: 'node/netlink', arguments: ['routes', iterations] },
      { name: 'vishvananda', program: 'go/netlink', arguments: ['package', 'routes', iterations] },
      { name: 'jsimonetti', program: 'go/netlink', arguments: ['jsimonetti', 'routes', iterations] },
      { name: 'mdlayher, undecoded', program: 'go/netlink', arguments: ['mdlayher', 'routes', iterations] },
      ...(slow
        ? []
        : [{ name: 'pyroute2', program: 'python/netlink', arguments: ['routes', '1'], rounds: 1 } satisfies Contender]),
    ],
    targets: [
      { contender: 'netkit', metric: 'dump', over: floor.name, ratio: 1.8 },
      { contender: 'netkit', metric: 'dump', over: 'vishvananda', ratio: 1 },
      { contender: 'netkit', metric: 'dump', over: 'jsimonetti', ratio: 1 },
    ],
    note: 'Streamed, the objects are not kept: its memory is what a consumer of any number of routes needs.',
    patience: 300,
    guard: !slow,
  }
}

/** A full table of a small router. */
export const routes100k = (size: Size): Work => dump('routes-100k', size(100_000), '5', false)

/** More than the Internet's table. */
export const routes1m = (size: Size): Work => dump('routes-1m', size(1_000_000), '3', true)

/** A small table beside a big one: the kernel filters, if it is asked to. */
export const oneTable = (size: Size): Work => ({
  name: 'netlink/one-table',
  chapter: 'netlink',
  title: `Dump the 10 routes of one table, with ${size(1_000_000)} in another`,
  place: 'namespace',
  prepare: [
    ['c/change', 'fill-routes', String(size(1_000_000)), 'lo'],
    ['c/change', 'fill-routes', '10', 'lo', '100'],
  ],
  base: 'C, undecoded',
  metrics: [metrics.time('dump', 'one dump')],
  contenders: [
    { name: 'C, undecoded', program: 'c/dump', arguments: ['routes', '25', '100'] },
    { name: 'netkit', program: 'ours/netlink', arguments: ['table', '25', '100'] },
    { name: 'vishvananda', program: 'go/netlink', arguments: ['package', 'routes', '5', '100'] },
    { name: 'jsimonetti', program: 'go/netlink', arguments: ['jsimonetti', 'routes', '1', '100'], rounds: 3 },
  ],
  targets: [{ contender: 'netkit', metric: 'dump', over: 'vishvananda', ratio: 1 }],
  patience: 300,
})
