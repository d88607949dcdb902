/** Pure: which kernels there are, out of the package names that an archive offers. */

/** What the tests run on unless told otherwise. */
export const defaultMatrix: readonly string[] = ['6.12', '6.18', '7.3']

/** Every minor that is worth a run where an archive offers it: all with netkit that are kept, or are the newest. */
export const wholeMatrix: readonly string[] = ['6.12', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3']

/** A kernel that an archive offers. */
export interface Offer {
  /** Its minor: `7.3`. */
  readonly series: string
  /** As `uname -r` prints it: `7.3.4+deb13-cloud-amd64`. */
  readonly release: string
  /** The packages that hold its image and modules. */
  readonly packages: readonly string[]
}

const imageName = /^linux-(image|binary)-((\d+\.\d+)(?:\.\d+)*[^-]*-cloud-amd64)$/

/** Compares two versions number by number, so that 6.12.9 comes before 6.12.10 and `+deb12` before `+deb12.1`. */
export function compareVersions(a: string, b: string): number {
  const parts = (version: string): string[] => version.match(/\d+|[^\d.]+/g) ?? []
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]]
    if (x === y) continue
    const [m, n] = [Number(x || 'NaN'), Number(y || 'NaN')]
    if (!Number.isNaN(m) && !Number.isNaN(n)) return m - n
    // a number goes on where the other version has ended or has a suffix: it is the newer patch
    if (!Number.isNaN(m)) return 1
    if (!Number.isNaN(n)) return -1
    return x < y ? -1 : 1
  }
  return 0
}

/**
 * The newest kernel of each series that can be had whole, from the names of packages on offer.
 *
 * Up to 6.18 one package holds image and modules; later ones are split into a binary, its modules and a base. An archive
 * keeps the signed binaries of releases whose modules it no longer has: those are passed over.
 */
export function newestKernels(packageNames: Iterable<string>, series: readonly string[]): Map<string, Offer> {
  const names = new Set(packageNames)
  const newest = new Map<string, Offer>()
  for (const name of names) {
    const match = imageName.exec(name)
    const [release, minor] = [match?.[2], match?.[3]]
    if (release === undefined || minor === undefined || !series.includes(minor)) continue
    const kinds = names.has(`linux-binary-${release}`) ? ['binary', 'modules', 'base'] : ['image']
    const packages = kinds.map((kind) => `linux-${kind}-${release}`)
    if (!packages.every((part) => names.has(part))) continue
    const best = newest.get(minor)
    if (best === undefined || compareVersions(release, best.release) > 0) newest.set(minor, { series: minor, release, packages }) // prettier-ignore
  }
  return new Map(series.flatMap((minor) => (newest.has(minor) ? [[minor, newest.get(minor)!]] : [])))
}

/** The series that a `--kernel` option names: `7.3`, `6.12,7.3`, `default` or `all`. */
export function chosenSeries(option: string): readonly string[] {
  if (option === 'all') return wholeMatrix
  if (option === 'default') return defaultMatrix
  const chosen = option.split(',').filter((part) => part !== '')
  for (const part of chosen) {
    if (!/^\d+\.\d+$/.test(part)) throw new RangeError(`--kernel ${option}: "${part}" is not a minor such as 7.3`)
  }
  if (chosen.length === 0) throw new RangeError('--kernel names no kernel')
  return [...new Set(chosen)]
}
