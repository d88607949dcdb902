/** Our side of the netlink works. */
import { Rtnl, type RouteRequest } from '../../src/netlink/route/index.ts'
import { main, repeat, report, time } from './measure.ts'

const GROUP = 7
const rtnl = Rtnl.open()

function dump(iterations: string, list: () => Iterable<unknown>): void {
  let items = 0
  repeat('dump', Number(iterations), () => {
    const all = list()
    items = Array.isArray(all) ? all.length : 0
    if (items === 0) for (const _ of all) items++
  })
  report('items', items)
}

/** The i-th destination of every route work. */
function destination(i: number): string {
  return `20.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}/32`
}

function each(metric: string, count: number, work: () => void): void {
  report(metric, time(work) / count)
}

function* requests(verb: 'add' | 'delete', count: number, dev: number): Generator<RouteRequest> {
  for (let i = 0; i < count; i++) {
    yield rtnl.routes.request(verb, { dst: destination(i), dev, protocol: 'static' }) as RouteRequest
  }
}

function pairs(count: number, group: number): void {
  each('create', count, () => {
    for (let i = 0; i < count; i++) {
      rtnl.links.add({ name: `v${i}a`, group, linkinfo: { kind: 'veth', data: { peer: { name: `v${i}b` } } } })
    }
  })
}

await main({
  links: (iterations = '1') => dump(iterations, () => rtnl.links.list({ stats: true })),
  'links-light': (iterations = '1') => dump(iterations, () => rtnl.links.list()),
  'links-stream': (iterations = '1') => dump(iterations, () => rtnl.links.stream({ stats: true })),
  routes: (iterations = '1') => dump(iterations, () => rtnl.routes.list({ family: 'inet' })),
  'routes-stream': (iterations = '1') => dump(iterations, () => rtnl.routes.stream({ family: 'inet' })),
  table: (iterations = '1', table = '') =>
    dump(iterations, () => rtnl.routes.list({ family: 'inet', table: Number(table) })),
  'route-single': (count = '0', device = '') => {
    const dev = rtnl.links.indexOf(device)
    each('add', Number(count), () => {
      for (let i = 0; i < Number(count); i++) rtnl.routes.add({ dst: destination(i), dev, protocol: 'static' })
    })
    each('delete', Number(count), () => {
      for (let i = 0; i < Number(count); i++) rtnl.routes.delete({ dst: destination(i), dev, protocol: 'static' })
    })
  },
  'route-batch': (count = '0', device = '') => {
    const dev = rtnl.links.indexOf(device)
    each('add', Number(count), () => rtnl.batch(requests('add', Number(count), dev)).throwIfFailed())
    each('delete', Number(count), () => rtnl.batch(requests('delete', Number(count), dev)).throwIfFailed())
  },
  'veth-single': (count = '0') => {
    pairs(Number(count), 0)
    each('delete', Number(count), () => {
      for (let i = 0; i < Number(count); i++) rtnl.links.delete(`v${i}a`)
    })
  },
  'veth-group': (count = '0') => {
    pairs(Number(count), GROUP)
    each('delete', Number(count), () => rtnl.links.deleteGroup(GROUP))
  },
})
