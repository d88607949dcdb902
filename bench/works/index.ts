/**
 * Every benchmark, in the order of the report.
 *
 * @module
 */
import { type Size, type Work } from '../work.ts'
import { changeRoutes } from './change-routes.ts'
import { drain } from './drain.ts'
import { links10k, links1k, linksProcess } from './links.ts'
import { oneTable, routes100k, routes1m } from './routes.ts'
import { createVeth, deleteVeth } from './veth.ts'

const all: readonly ((size: Size) => Work)[] = [
  links1k,
  links10k,
  linksProcess,
  routes100k,
  routes1m,
  oneTable,
  changeRoutes,
  createVeth,
  deleteVeth,
  drain,
]

/** The works whose name has the pattern in it, of that size. */
export function works(size: Size, pattern = ''): Work[] {
  return all.map((make) => make(size)).filter((work) => work.name.includes(pattern))
}
