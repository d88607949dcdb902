/** Pure: which of a kernel's modules the machine keeps. */

/** Networking, crypto and what they stand on; no sound, no graphics, no disks. Paths are below `kernel/`. */
const wanted: readonly RegExp[] = [
  /^net\//,
  /^crypto\//,
  /^lib\//,
  /^arch\/x86\/crypto\//,
  /^drivers\/net\/[^/]+\.ko/,
  /^drivers\/net\/(bonding|team|ipvlan|vxlan|bareudp|wireguard|netdevsim|macsec|geneve|ovpn|ppp)\//,
  /\/overlay\.ko/,
]

/** The modules to keep, as paths in `modules.dep`: the wanted ones and all that they depend on. */
export function keptModules(modulesDep: string): Set<string> {
  const dependencies = new Map<string, readonly string[]>()
  for (const line of modulesDep.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const needed = line.slice(colon + 1).split(' ')
    dependencies.set(line.slice(0, colon), needed.filter((path) => path !== '')) // prettier-ignore
  }
  const kept = new Set<string>()
  for (const [path, needed] of dependencies) {
    if (!wanted.some((pattern) => pattern.test(path.replace(/^kernel\//, '')))) continue
    kept.add(path)
    for (const dependency of needed) kept.add(dependency) // depmod lists them in full, not only the direct ones
  }
  return kept
}
