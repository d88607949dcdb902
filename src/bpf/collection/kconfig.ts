/**
 * The kernel's configuration, for `.kconfig` externs.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { release, version } from 'node:os'
import { gunzipSync } from 'node:zlib'
import { valueCodec } from '../../btf/index.ts'
import { type ExternSpec, type MapSpec, type ObjectSpec } from '../../elf/index.ts'
import { ObjectError } from './errors.ts'
import { syscallPrefix } from './kallsyms.ts'

/** Where kernels keep their configuration, in the order in which it is looked for. */
const FILES = [() => '/proc/config.gz', () => `/boot/config-${release()}`, () => `/lib/modules/${release()}/config`]
const GZIP = 0x1f

/** Reads the text of a configuration: option by name, as it is written. An option that is not set is not in it. */
export function parseKconfig(text: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>()
  for (const [, name, value] of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) options.set(name!, value!.trim())
  return options
}

/** The configuration of the running kernel; undefined where it is kept nowhere. */
export function runningKconfig(): ReadonlyMap<string, string> | undefined {
  for (const path of FILES) {
    let bytes: Buffer
    try {
      bytes = readFileSync(path())
    } catch {
      continue
    }
    return parseKconfig((bytes[0] === GZIP ? gunzipSync(bytes) : bytes).toString('utf8'))
  }
  return undefined
}

/**
 * `LINUX_VERSION_CODE`. Distributions build on a stable release that `uname -r` does not name: Debian tells it in `uname -v`, Ubuntu in a file
 * of its own.
 */
export function linuxVersion(): number {
  let ubuntu = ''
  try {
    ubuntu = readFileSync('/proc/version_signature', 'utf8')
  } catch {
    // Another distribution.
  }
  const found =
    /^Ubuntu \S+ (\d+)\.(\d+)\.(\d+)/.exec(ubuntu) ??
    /Debian (\d+)\.(\d+)\.(\d+)/.exec(version()) ??
    /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release())
  const [, major = '0', minor = '0', patch = '0'] = found ?? []
  return Number(major) * 65536 + Number(minor) * 256 + Math.min(Number(patch), 255)
}

/** Values that no configuration has: the loader's own, one row each. */
const VIRTUAL: Readonly<Record<string, () => number>> = {
  LINUX_KERNEL_VERSION: linuxVersion,
  LINUX_HAS_SYSCALL_WRAPPER: () => (syscallPrefix() === undefined ? 0 : 1),
  // Every kernel that has netkit or tcx has cookies: they are of Linux 5.15.
  LINUX_HAS_BPF_COOKIE: () => 1,
}

/** The value of the `.kconfig` map: each extern by its type. `given` goes before the kernel's own, which `read` gives. */
export function kconfigContents(
  spec: ObjectSpec,
  map: MapSpec,
  given: Readonly<Record<string, unknown>> = {},
  read: () => ReadonlyMap<string, string> | undefined = runningKconfig,
): Uint8Array {
  const bytes = new Uint8Array(map.valueSize)
  let options: ReadonlyMap<string, string> | undefined
  for (const extern of Object.values(spec.externs)) {
    if (extern.kind !== 'kconfig' || !spec.btf || extern.type === undefined) continue
    const { name, offset = 0, size = 0 } = extern
    const view = new DataView(bytes.buffer, offset, size)
    const codec = valueCodec<unknown>(spec.btf, extern.type, { name })
    const put = (value: unknown) => codec.write(view, 0, value)
    if (Object.hasOwn(given, name)) put(given[name])
    else if (VIRTUAL[name]) put(isBool(spec, extern) ? VIRTUAL[name]() !== 0 : VIRTUAL[name]())
    else {
      options ??= read() ?? new Map<string, string>()
      const text = options.get(name)
      if (text !== undefined) put(valueOf(spec, extern, text))
      else if (!extern.weak) throw unknown(name, options.size > 0)
    }
  }
  return bytes
}

function unknown(name: string, found: boolean): ObjectError {
  const place = { variable: name }
  if (!name.startsWith('CONFIG_')) return new ObjectError(`nothing says what the extern ${name} is`, place)
  const why = found
    ? 'the kernel was built without it; an extern that is __weak is 0 then'
    : 'the configuration is neither in /proc/config.gz nor in /boot'
  return new ObjectError(`${name} has no value: ${why}; give it among the variables`, place)
}

/** `enum libbpf_tristate` */
const TRISTATE = { y: 1, m: 2 } as const

function isBool({ btf }: ObjectSpec, { type }: Pick<ExternSpec, 'type'>): boolean {
  const resolved = btf && type !== undefined ? btf.resolve(type) : undefined
  return resolved?.kind === 'int' && resolved.bool
}

const NUMBER = /^-?(0x[0-9a-f]{1,16}|\d{1,20})$/i

/** As much of a text as fits before a final NUL. */
const fitting = (text: string, size: number): string =>
  new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, Math.max(size - 1, 0)))

/** An option as written, as a value of the extern's type. */
function valueOf(spec: ObjectSpec, { name, type = 0, size = 0 }: ExternSpec, text: string): unknown {
  const resolved = spec.btf!.resolve(type)
  if (text.startsWith('"')) return fitting(text.slice(1, -1).replaceAll(/\\(.)/g, '$1'), size)
  if (NUMBER.test(text)) return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text)
  if (text === 'y' && isBool(spec, { type })) return true
  if (text === 'y' || text === 'm') {
    // `char` holds the letter, an enum (`enum libbpf_tristate`) the number.
    if (resolved.kind === 'int' && !resolved.bool && resolved.size === 1) return text.charCodeAt(0)
    if (resolved.kind === 'enum' || resolved.kind === 'enum64') return TRISTATE[text]
  }
  throw new ObjectError(`${name} is ${text}, which its type cannot hold`, { variable: name })
}
