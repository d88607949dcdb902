/** Makes the requests that it is given, for a tracer to watch: `[object, verb, specification][]` as JSON. What the kernel answers does not matter. */
import { type LinkSpec, type RouteSpec, Rtnl } from '../../../src/netlink/route/index.ts'

const [list] = process.argv.slice(2)
using nl = Rtnl.open()
for (const [object, verb, spec] of JSON.parse(list!) as [string, 'add' | 'replace' | 'delete', unknown][]) {
  const request =
    object === 'links'
      ? nl.links.request(verb as 'add', spec as LinkSpec)
      : nl[object as 'routes'].request(verb, spec as RouteSpec)
  try {
    nl.make<never, unknown>(request as never)
  } catch {
    // refused, and seen all the same
  }
}
