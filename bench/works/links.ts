/** Dumps of links: veth ends, a kilobyte and a half of attributes each. */
import { type Contender, metrics, type Size, type Work } from '../work.ts'

const floor: Contender = { name: 'C, undecoded', program: 'c/dump', arguments: ['links', '7'] }

function dump(name: 'links-1k' | 'links-10k', links: number, iterations: string): Work {
  const go = (library: string): Pick<Contender, 'program' | 'arguments'> => ({
    program: 'go/netlink',
    arguments: [library, 'links', iterations],
  })
  return {
    name: `netlink/${name}`,
    chapter: 'netlink',
    title: `Dump ${links} links`,
    place: 'namespace',
    prepare: [['c/change', 'fill-links', String(links / 2)]],
    undo: [['c/change', 'empty-links']],
    base: floor.name,
    metrics: [metrics.time('dump', 'one dump'), metrics.memory],
    contenders: [
      floor,
      { name: 'netkit', program: 'ours/netlink', arguments: ['links', iterations] },
      { name: 'netkit, no counters', program: 'ours/netlink', arguments: ['links-light', iterations] },
      { name: 'netkit, streamed', program: 'ours/netlink', arguments: ['links-stream', iterations] },
      { name: 'Node, by hand', program: 'node/netlink', arguments: ['links', iterations] },
      { name: 'vishvananda', ...go('package') },
      { name: 'jsimonetti', ...go('jsimonetti') },
      { name: 'mdlayher, undecoded', ...go('mdlayher') },
      { name: 'pyroute2', program: 'python/netlink', arguments: ['links', '1'], rounds: 3 },
    ],
    targets: [
      { contender: 'netkit', metric: 'dump', over: floor.name, ratio: 1.7 },
      { contender: 'netkit', metric: 'dump', over: 'vishvananda', ratio: 0.7 },
    ],
    note: 'Each contender decodes what its objects have; “no counters” asks the kernel to leave the statistics out, which is what `links.list()` does unless told otherwise. Memory is that of the whole process.',
    guard: name === 'links-1k',
  }
}

/** A thousand links. */
export const links1k = (size: Size): Work => dump('links-1k', size(500) * 2, '15')

/** Ten thousand links. */
export const links10k = (size: Size): Work => dump('links-10k', size(5000) * 2, '5')

/** The same as a command that does it once. */
export const linksProcess = (size: Size): Work => {
  const links = size(5000) * 2
  return {
    name: 'netlink/links-process',
    chapter: 'netlink',
    title: `Dump ${links} links once, from the start of the process to its end`,
    place: 'namespace',
    prepare: [['c/change', 'fill-links', String(links / 2)]],
    undo: [['c/change', 'empty-links']],
    base: 'ip -j link',
    metrics: metrics.process,
    contenders: [
      { name: 'ip -j link', program: 'ip', arguments: ['-j', 'link'], values: () => ({}) },
      { name: 'C, undecoded', program: 'c/dump', arguments: ['links', '1'] },
      { name: 'netkit', program: 'ours/netlink', arguments: ['links', '1'] },
      { name: 'vishvananda', program: 'go/netlink', arguments: ['package', 'links', '1'] },
      { name: 'jsimonetti', program: 'go/netlink', arguments: ['jsimonetti', 'links', '1'] },
      { name: 'pyroute2', program: 'python/netlink', arguments: ['links', '1'], rounds: 3 },
    ],
    targets: [{ contender: 'netkit', metric: 'wall', over: 'ip -j link', ratio: 1.6 }],
  }
}
