/**
 * Address space that closed mappings left behind.
 *
 * Node 20 cannot detach the views that somebody still holds, so what was mapped there is replaced by memory of its own until the last of
 * them is collected. An arena, which is wanted at one address again and again, may be mapped over it.
 *
 * @module
 */
import { syscall } from './door.ts'
import { NR } from './numbers.ts'

const PROT_NONE = 0
const PROT_READ = 1
const PROT_WRITE = 2
const MAP_PRIVATE = 2
const MAP_FIXED = 0x10
const MAP_ANONYMOUS = 0x20
const MAP_NORESERVE = 0x4000
const MAP_FIXED_NOREPLACE = 0x10_0000

/** A range of addresses that views may still point into. */
export interface Grave {
  readonly address: number
  readonly length: number
  /** Buffers that point there and are not collected yet. */
  holders: number
  /** Whether another mapping stands there now. */
  taken: boolean
  /** The larger one that it became a part of. */
  part: Grave | undefined
}

const graves = new Set<Grave>()

/** Gives address space back when no view can point there any more. */
const mourners = new FinalizationRegistry<Grave>((own) => {
  let grave = own
  while (grave.part) grave = grave.part
  if (--grave.holders > 0 || grave.taken) return
  graves.delete(grave)
  syscall(NR.munmap, grave.address, grave.length)
})

/**
 * Buries a mapping: its file is let go at once, as with munmap, and what takes its place costs no memory and goes with the last view. All such
 * places are alike, so that the kernel makes one of those that meet: a process may have 65,530 of them.
 */
export function bury(buffer: ArrayBuffer, address: number, length: number, over?: Grave): void {
  const nothing = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED
  syscall(NR.mmap, address, length, PROT_READ | PROT_WRITE, nothing, -1, 0)
  const grave = over ?? { address, length, holders: 0, taken: false, part: undefined }
  grave.holders++
  grave.taken = false
  graves.add(grave)
  mourners.register(buffer, grave)
}

/**
 * Takes a range where graves are, made one with what is free between them: a mapping may replace it then. Undefined where there is none, or
 * something else stands in the way.
 */
export function unearth(address: number, length: number): Grave | undefined {
  const end = address + length
  const found = [...graves]
    .filter((grave) => grave.address < end && address < grave.address + grave.length)
    .sort((a, b) => a.address - b.address)
  if (found.length === 0 || found.some(({ taken }) => taken)) return undefined
  const gaps: { at: number; length: number }[] = []
  let at = address
  for (const grave of found) {
    if (grave.address > at) gaps.push({ at, length: grave.address - at })
    at = grave.address + grave.length
  }
  if (at < end) gaps.push({ at, length: end - at })
  const flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
  for (const [index, gap] of gaps.entries()) {
    if (syscall(NR.mmap, gap.at, gap.length, PROT_NONE, flags, -1, 0) >= 0) continue
    for (const free of gaps.slice(0, index)) syscall(NR.munmap, free.at, free.length)
    return undefined
  }
  return unite(found, Math.min(address, found[0]!.address), Math.max(end, at))
}

function unite(found: readonly Grave[], start: number, end: number): Grave {
  const holders = found.reduce((sum, grave) => sum + grave.holders, 0)
  const whole: Grave = { address: start, length: end - start, holders, taken: true, part: undefined }
  for (const grave of found) {
    grave.part = whole
    graves.delete(grave)
  }
  graves.add(whole)
  return whole
}
