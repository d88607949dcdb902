/**
 * Every benchmark, in the order of the report.
 *
 * @module
 */
import { type Size, type Work } from '../work.ts'
import { changeRoutes } from './change-routes.ts'
import { drain } from './drain.ts'
import { perf, ring1024, ring16, ring256, ring64, ringLive } from './events.ts'
import { links10k, links1k, linksProcess } from './links.ts'
import { kernelBtf, loadLarge, loadMedium, loadTiny, parseLarge, parseMedium, parseTiny } from './loading.ts'
import { churn, garbage, stallNetkit, stallVeth } from './loop.ts'
import { mapBatches, mappedValues, mapSingles } from './maps.ts'
import { manyPairs, onePair, startToNetkit, traffic } from './netkit.ts'
import { oneTable, routes100k, routes1m } from './routes.ts'
import { imports, startToAttached } from './start.ts'
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
  mapSingles,
  mapBatches,
  mappedValues,
  ring16,
  ring64,
  ring256,
  ring1024,
  ringLive,
  perf,
  kernelBtf,
  parseTiny,
  parseMedium,
  parseLarge,
  loadTiny,
  loadMedium,
  loadLarge,
  startToAttached,
  imports,
  startToNetkit,
  onePair,
  manyPairs,
  traffic,
  stallVeth,
  stallNetkit,
  garbage,
  churn,
]

/** The works whose name has the pattern in it, of that size. */
export function works(size: Size, pattern = ''): Work[] {
  return all.map((make) => make(size)).filter((work) => work.name.includes(pattern))
}
