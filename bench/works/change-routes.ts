/** Adds and deletes routes: the cost of a small request, alone and in company. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

function address(i: number): string {
  return `20.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
}

function ipBatch(count: number): Contender {
  return {
    name: 'ip -batch',
    program: 'ip',
    arguments: ['-batch', '@input'],
    input: () => Array.from({ length: count }, (_, i) => `route add ${address(i)}/32 dev lo proto static\n`).join(''),
    values: ({ wall }) => ({ add: wall / count }),
  }
}

/** One after another, and as many in a send as the buffers hold. */
export const changeRoutes = (size: Size): Work => {
  const count = size(100_000)
  const few = Math.ceil(count / 10)
  const c = (window: string, ack: string): Pick<Contender, 'program' | 'arguments'> => ({
    program: 'c/change',
    arguments: ['routes', String(count), window, ack, 'lo'],
  })
  const go = (library: string): Pick<Contender, 'program' | 'arguments'> => ({
    program: 'go/netlink',
    arguments: [library, 'change-routes', String(count), 'lo'],
  })
  return {
    name: 'netlink/change-routes',
    chapter: 'netlink',
    title: `Add and delete ${count} routes`,
    place: 'namespace',
    fresh: true,
    base: 'C, batch, last acknowledged',
    metrics: [metrics.time('add', 'add, a route'), metrics.time('delete', 'delete, a route')],
    contenders: [
      { name: 'C, batch, last acknowledged', ...c('128', 'last') },
      { name: 'C, one by one', ...c('1', 'ack') },
      { name: 'netkit, batch', program: 'ours/netlink', arguments: ['route-batch', String(count), 'lo'] },
      { name: 'netkit, one by one', program: 'ours/netlink', arguments: ['route-single', String(count), 'lo'] },
      {
        name: 'Node, by hand, last acknowledged',
        program: 'node/netlink',
        arguments: ['change-routes', String(count), 'lo'],
      },
      { name: 'vishvananda, handle', ...go('handle') },
      { name: 'vishvananda, functions', ...go('package') },
      { name: 'jsimonetti', ...go('jsimonetti') },
      ipBatch(count),
      { name: 'pyroute2', program: 'python/netlink', arguments: ['change-routes', String(few), 'lo'], rounds: 3 },
    ],
    targets: [
      { contender: 'netkit, batch', metric: 'add', over: 'C, batch, last acknowledged', ratio: 1.4 },
      { contender: 'netkit, one by one', metric: 'add', over: 'C, batch, last acknowledged', ratio: 2.5 },
      { contender: 'netkit, one by one', metric: 'add', over: 'vishvananda, handle', ratio: 1 },
    ],
    note: 'A batch of ours tells the result of each message, as one by one does. pyroute2 does a tenth of the work.',
    guard: true,
  }
}
