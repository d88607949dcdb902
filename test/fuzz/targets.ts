/** What is fuzzed: for each parser what it starts from, what is done with an input, and which errors are its own. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { assemble, AsmError, disassemble, labelJumps, print } from '../../src/asm/index.ts'
import { ObjectError } from '../../src/bpf/collection/errors.ts'
import { parseKallsyms } from '../../src/bpf/collection/kallsyms.ts'
import { kconfigContents, parseKconfig } from '../../src/bpf/collection/kconfig.ts'
import { readVerifierLog, readVerifierStats } from '../../src/bpf/programs/log.ts'
import {
  Btf,
  BtfError,
  BtfExt,
  BtfValueRangeError,
  BtfValueTypeError,
  CoreError,
  CoreResolver,
  formatC,
  formatDeclaration,
  patchCore,
  relocateBtf,
  sanitize,
  valueCodec,
} from '../../src/btf/index.ts'
import { type Codec, decode, DecodeError, encode } from '../../src/codec/index.ts'
import {
  ElfError,
  kernelBtf,
  linkProgram,
  type ObjectSpec,
  programInfo,
  readElf,
  readObject,
  readVariable,
} from '../../src/elf/index.ts'
import { inspect } from '../../src/cli/object/inspect.ts'
import { extack, operations } from '../../src/netlink/index.ts'
import { type Part, partsOfElf, whole } from './mutate.ts'

/** A thing to be fuzzed. */
export interface Target {
  /** What is known to be good, or almost. */
  seeds(): Uint8Array[]
  /** Parts of an input that are changed by themselves. */
  parts(bytes: Uint8Array): readonly Part[]
  /** Does with an input all that can be done with it. */
  run(bytes: Uint8Array): void
  /** The errors that are part of the contract; any other is a finding. */
  readonly errors: readonly (abstract new (...args: never) => Error)[]
}

const at = (path: string): URL => new URL(path, import.meta.url)
const read = (url: URL): Uint8Array => new Uint8Array(readFileSync(url))
const filesIn = (folder: URL, ending: string): Uint8Array[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => read(new URL(name, folder)))
    : []

const OBJECTS = at('../../bpf/tests/')
const objects = (): Uint8Array[] => filesIn(OBJECTS, '.bpf.o')
const FIXTURES = at('../unit/btf/fixtures/')
const VALUES = [BtfValueRangeError, BtfValueTypeError]

/** Runs, and lets pass what a target may throw: so that one refusal does not hide what comes after it. */
const attempt = (errors: Target['errors'], run: () => unknown): void => {
  try {
    run()
  } catch (error) {
    if (!errors.some((Type) => error instanceof Type)) throw error
  }
}

const BTF_ERRORS = [BtfError, ...VALUES]

function useTypes(btf: Btf): void {
  const tryIt = (run: () => unknown): void => attempt(BTF_ERRORS, run)
  tryIt(() => [...btf])
  tryIt(() => formatC(btf))
  tryIt(() => btf.encode({ endian: btf.endian === 'little' ? 'big' : 'little' }))
  tryIt(() => sanitize(btf, { func: false, datasec: false, float: false, enum64: false, declTag: false }).build())
  for (let id = 0; id < btf.count; id += 1 + Math.floor(btf.count / 40)) {
    tryIt(() => formatDeclaration(btf, id, 'x'))
    tryIt(() => {
      const size = btf.sizeOf(id)
      btf.alignOf(id)
      if (size > 4096) return
      const codec = valueCodec<unknown>(btf, id)
      const value = codec.read(new DataView(new ArrayBuffer(size + 8)))
      codec.encode(value)
    })
  }
}

const fixture = (name: string): Btf => Btf.parse(read(new URL(name, FIXTURES)))

/** What a module's types go on from: a distilled base and a kernel. */
let module: { readonly base: Btf; readonly kernel: Btf } | undefined

/** Types that questions are put to: the same for every input. */
let answers: Btf | undefined

const MAGIC_TYPE = 2

/** The body of each message that is spoken, by its type; 0 for the attributes of an acknowledgement. */
const BODIES: ReadonlyMap<number, Codec<unknown, never>> = new Map([
  [0, extack as unknown as Codec<unknown, never>],
  ...[
    operations.LINK,
    operations.ADDR,
    operations.ROUTE,
    operations.NEIGH,
    operations.RULE,
    operations.NSID,
    operations.QDISC,
    operations.TCLASS,
    operations.TFILTER,
  ].map(({ new: speaks }) => [speaks.type, speaks.request as unknown as Codec<unknown, never>] as const),
])

/** A message as an input: the type in two bytes, and the body. */
function framed(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(MAGIC_TYPE + body.length)
  new DataView(bytes.buffer).setUint16(0, type, true)
  bytes.set(body, MAGIC_TYPE)
  return bytes
}

/** What a configuration looks like; every option that the objects ask for is in it. */
const CONFIGURATION = 'CONFIG_HZ=250\n# CONFIG_X is not set\nCONFIG_BPF_SYSCALL=y\nCONFIG_NET=m\nCONFIG_DEFAULT_HOSTNAME="a\\"b"\nCONFIG_LOG_BUF_SHIFT=0x12\n' // prettier-ignore
const SYMBOLS = 'ffffffff81000000 T _text\nffffffff8123abcd t bpf_prog_put\n0000000000000000 d init_task\nffffffffc0001000 t a.b\t[module]\n' // prettier-ignore

/** An object whose variables are set by the configuration; what else it wants to know is told, for that is no parser's work. */
let configured: ObjectSpec | undefined
const BESIDE = { LINUX_KERNEL_VERSION: 1, LINUX_HAS_SYSCALL_WRAPPER: 1, LINUX_HAS_BPF_COOKIE: 1 }

const bytesOf = (words: string): Uint8Array => new TextEncoder().encode(words)
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

/** The targets by name. */
export const TARGETS: Readonly<Record<string, Target>> = {
  elf: {
    seeds: objects,
    parts: partsOfElf,
    errors: [ElfError, BtfError, AsmError, ...VALUES],
    run(bytes) {
      const spec = readObject(bytes)
      attempt(this.errors, () => inspect('x.o', spec))
      attempt(this.errors, () => kernelBtf(spec)?.build())
      for (const program of Object.values(spec.programs)) {
        attempt(this.errors, () => {
          const linked = linkProgram(spec, program)
          print(linked)
          programInfo(linked, { intern: ({ length }) => length })
          assemble(linked, { endian: spec.endian })
        })
      }
      for (const name of Object.keys(spec.variables)) attempt(this.errors, () => readVariable(spec, name))
    },
  },
  btf: {
    seeds: () => filesIn(FIXTURES, '.btf').filter(({ length }) => length < 20_000),
    parts: (bytes) => [{ start: 0, end: 24, unit: 4 }, ...whole(bytes), ...whole(bytes)],
    errors: BTF_ERRORS,
    run(bytes) {
      attempt(BTF_ERRORS, () => useTypes(Btf.parse(bytes)))
      // A module's, too: upon what it was made for, and from there upon a kernel.
      module ??= { base: fixture('distilled.base.btf'), kernel: fixture('distill.new.btf') }
      const { base, kernel } = module
      attempt(BTF_ERRORS, () => relocateBtf(Btf.parse(bytes, { base }), kernel))
    },
  },
  core: {
    seeds: objects,
    // Questions are in the types and beside them; the rest is the other target's.
    parts(bytes) {
      try {
        return readElf(bytes)
          .sections.filter(({ name, size }) => size > 0 && (name === '.BTF' || name === '.BTF.ext'))
          .map(({ offset, size }) => ({ start: offset, end: offset + size, unit: 4 }))
      } catch {
        return whole(bytes)
      }
    },
    errors: [ElfError, AsmError, ...BTF_ERRORS],
    run(bytes) {
      const { sections } = readElf(bytes)
      const section = (name: string) => sections.find((one) => one.name === name)?.bytes
      const [types, ext] = [section('.BTF'), section('.BTF.ext')]
      if (!types || !ext) return
      const local = Btf.parse(types)
      answers ??= Btf.parse(read(new URL('core.19.el.btf', FIXTURES)))
      const { coreRelos } = BtfExt.parse(ext, local)
      for (const main of [[answers], [local]]) {
        const resolver = new CoreResolver(local, { main })
        for (const relo of coreRelos.flatMap(({ records }) => records)) {
          const result = resolver.resolve(relo)
          for (const opcode of [0xb7, 0x61, 0x79, 0x18, 0x85]) {
            const wide = opcode === 0x18 ? { imm64: 8n } : {}
            attempt([CoreError], () => patchCore({ opcode, dst: 1, src: 0, offset: 8, imm: 8, ...wide }, result))
          }
        }
      }
    },
  },
  asm: {
    seeds: () =>
      objects().flatMap((bytes) =>
        readElf(bytes)
          .sections.filter(({ flags, size }) => (flags & 4) !== 0 && size > 0)
          .map((section) => section.bytes.slice()),
      ),
    parts: (bytes) => whole(bytes, 8),
    errors: [AsmError],
    run(bytes) {
      for (const endian of ['little', 'big'] as const) {
        const instructions = disassemble(bytes, { endian })
        print(instructions)
        const again = assemble(instructions, { endian })
        if (!Buffer.from(again).equals(Buffer.from(bytes)))
          throw new Error('what is taken apart and put together differs')
        attempt([AsmError], () => assemble(labelJumps(instructions), { endian }))
      }
    },
  },
  netlink: {
    seeds() {
      const captured = ['../unit/route/fixtures/requests.json', '../unit/netlink/fixtures/tc-requests.json']
      return captured
        .flatMap((path) => JSON.parse(text(read(at(path)))) as { type: number; body: string }[])
        .filter(({ type }) => BODIES.has(type))
        .map(({ type, body }) => framed(type, new Uint8Array(Buffer.from(body, 'hex'))))
    },
    parts: (bytes) => [{ start: 0, end: Math.min(2, bytes.length), unit: 2 }, ...[4, 4, 2].flatMap((unit) => [{ start: MAGIC_TYPE, end: bytes.length, unit }])], // prettier-ignore
    errors: [DecodeError],
    run(bytes) {
      const codec = BODIES.get(bytes.length < MAGIC_TYPE ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, true)) // prettier-ignore
      if (!codec) return
      const value = decode(codec, bytes.slice(MAGIC_TYPE))
      JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner))
      // What was understood can be said again; what a person could not have written may be refused by name.
      attempt([RangeError, TypeError], () => encode(codec as unknown as Codec<unknown, unknown>, value))
    },
  },
  log: {
    seeds: () => filesIn(at('../unit/bpf/logs/'), '.txt').map((log) => log.slice(0, 8192)),
    parts: (bytes) => whole(bytes, 1),
    errors: [],
    run(bytes) {
      const log = text(bytes)
      readVerifierLog(log)
      readVerifierStats(log)
    },
  },
  kconfig: {
    seeds: () => [bytesOf(CONFIGURATION)],
    parts: (bytes) => whole(bytes, 1),
    errors: [ObjectError, ...VALUES],
    run(bytes) {
      const options = parseKconfig(text(bytes))
      configured ??= readObject(read(new URL('kconfig.bpf.o', OBJECTS)))
      kconfigContents(configured, configured.maps['.kconfig']!, BESIDE, () => options)
    },
  },
  kallsyms: {
    seeds: () => [bytesOf(SYMBOLS)],
    parts: (bytes) => whole(bytes, 1),
    errors: [],
    run(bytes) {
      const found = parseKallsyms(text(bytes), new Set(['bpf_prog_put', 'init_task', '__x64_sys_bpf', 'a.b']))
      for (const { address } of found.values()) if (address >> 64n !== 0n) throw new Error(`${address} is no address`)
    },
  },
}

/** An error that is not the target's own. */
export function finding(target: Target, bytes: Uint8Array): unknown {
  try {
    target.run(bytes)
    return undefined
  } catch (error) {
    return target.errors.some((Type) => error instanceof Type) ? undefined : error
  }
}

/** Where the inputs are kept that once were a finding, or that lead to places which few do. */
export const CORPUS = at('./corpus/')

/** The kept inputs of a target. */
export const corpusOf = (target: string): Uint8Array[] => filesIn(new URL(`${target}/`, CORPUS), '.bin')

/** The name of an input's file. */
export const fileName = (bytes: Uint8Array): string =>
  `${createHash('sha1').update(bytes).digest('hex').slice(0, 16)}.bin`
