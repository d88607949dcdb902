/** Pairs of links: here the kernel's own time is nearly all there is, and grace periods dwarf it. */
import { metrics, type Size, type Work } from '../work.ts'

/** Creation. The deletion afterwards is by group where the library can, so that a run does not take a minute. */
export const createVeth = (size: Size): Work => {
  const count = String(size(1000))
  const few = size(50)
  const lines = (verb: (i: number) => string, n: number): string =>
    Array.from({ length: n }, (_, i) => `${verb(i)}\n`).join('')
  return {
    name: 'netlink/create-veth',
    chapter: 'netlink',
    title: `Create veth pairs`,
    place: 'namespace',
    fresh: true,
    base: 'C',
    metrics: [metrics.time('create', 'a pair')],
    contenders: [
      { name: 'C', program: 'c/change', arguments: ['veth', count, 'group'] },
      { name: 'netkit', program: 'ours/netlink', arguments: ['veth-group', count] },
      { name: 'vishvananda', program: 'go/netlink', arguments: ['handle', 'veth', String(few)] },
      { name: 'jsimonetti', program: 'go/netlink', arguments: ['jsimonetti', 'veth', String(few)] },
      {
        name: 'ip -batch',
        program: 'ip',
        arguments: ['-batch', '@input'],
        input: () => lines((i) => `link add v${i}a type veth peer name v${i}b`, few),
        values: ({ wall }) => ({ create: wall / few }),
      },
      { name: 'pyroute2', program: 'python/netlink', arguments: ['veth', String(few)], rounds: 3 },
    ],
    targets: [{ contender: 'netkit', metric: 'create', over: 'C', ratio: 1 }],
    note: `C and netkit create ${count} pairs and delete them as a group; the others create ${few}, because they delete one by one.`,
    patience: 300,
  }
}

/** Deletion: a grace period for each pair, or one for all. */
export const deleteVeth = (size: Size): Work => {
  const few = String(size(50))
  const many = String(size(1000))
  return {
    name: 'netlink/delete-veth',
    chapter: 'netlink',
    title: 'Delete veth pairs',
    place: 'namespace',
    fresh: true,
    base: 'C, one by one',
    metrics: [metrics.time('delete', 'a pair')],
    contenders: [
      { name: 'C, one by one', program: 'c/change', arguments: ['veth', few, 'single'] },
      { name: 'C, by group', program: 'c/change', arguments: ['veth', many, 'group'] },
      { name: 'netkit, one by one', program: 'ours/netlink', arguments: ['veth-single', few] },
      { name: 'netkit, by group', program: 'ours/netlink', arguments: ['veth-group', many] },
      { name: 'vishvananda', program: 'go/netlink', arguments: ['handle', 'veth', few] },
      { name: 'jsimonetti', program: 'go/netlink', arguments: ['jsimonetti', 'veth', few] },
      { name: 'pyroute2', program: 'python/netlink', arguments: ['veth', few], rounds: 3 },
    ],
    targets: [{ contender: 'netkit, by group', metric: 'delete', over: 'C, one by one', ratio: 0.05 }],
    note: 'A deleted device waits for an RCU grace period inside the request, in any language. One request that deletes a group waits once.',
    patience: 300,
  }
}
