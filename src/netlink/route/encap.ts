/**
 * What a route wraps its packets in: `RTA_ENCAP` by `RTA_ENCAP_TYPE`, light-weight tunnels.
 *
 * @module
 */
import {
  attrs,
  be16,
  be32,
  be64,
  by,
  bytes,
  type Codec,
  flags,
  formatIpv6,
  ipv4,
  ipv6,
  many,
  named,
  pad,
  parseIp,
  s32,
  string,
  u16,
  u32,
  u64,
  u8,
} from '../../codec/index.ts'
import { labelStack } from './labels.ts'
import { linkIndex } from './refs.ts'

/** `RTA_ENCAP_TYPE`: `LWTUNNEL_ENCAP_*`. */
export const encapType = named(u16, {
  none: 0,
  mpls: 1,
  ip: 2,
  ila: 3,
  ip6: 4,
  seg6: 5,
  bpf: 6,
  seg6local: 7,
  rpl: 8,
  ioam6: 9,
  xfrm: 10,
})

/** ip: `encap mpls`. */
const mpls = attrs({
  /** `MPLS_IPTUNNEL_DST`: labels, the outermost first. */
  dst: [1, labelStack],
  /** `MPLS_IPTUNNEL_TTL`; ip: `ttl`. */
  ttl: [2, u8],
})

/** `TUNNEL_*` as the wire has them. */
const tunnelFlags = flags(be16, { csum: 0x01, key: 0x04, seq: 0x08 })

/** `LWTUNNEL_IP_OPTS`: what rides in the header of a tunnel. */
const tunnelOptions = attrs({
  geneve: [1, many(attrs({ class: [1, be16], type: [2, u8], data: [3, bytes] }))],
  vxlan: [2, attrs({ gbp: [1, u32] })],
  erspan: [3, attrs({ ver: [1, u8], index: [2, be32], dir: [3, u8], hwid: [4, u8] })],
})

/** ip: `encap ip`. */
const ip = attrs({
  /** `LWTUNNEL_IP_ID`; ip: `id`. */
  id: [1, be64],
  /** `LWTUNNEL_IP_DST`; ip: `dst`. */
  dst: [2, ipv4],
  /** `LWTUNNEL_IP_SRC`; ip: `src`. */
  src: [3, ipv4],
  /** `LWTUNNEL_IP_TTL`; ip: `ttl`. */
  ttl: [4, u8],
  /** `LWTUNNEL_IP_TOS`; ip: `tos`. */
  tos: [5, u8],
  /** `LWTUNNEL_IP_FLAGS`; ip: `csum`, `key`, `seq`. */
  flags: [6, tunnelFlags],
  pad: [7, pad],
  /** `LWTUNNEL_IP_OPTS`; ip: `geneve_opts`, `vxlan_opts`, `erspan_opts`. */
  opts: [8, tunnelOptions],
})

/** ip: `encap ip6`. */
const ip6 = attrs({
  /** `LWTUNNEL_IP6_ID`; ip: `id`. */
  id: [1, be64],
  /** `LWTUNNEL_IP6_DST`; ip: `dst`. */
  dst: [2, ipv6],
  /** `LWTUNNEL_IP6_SRC`; ip: `src`. */
  src: [3, ipv6],
  /** `LWTUNNEL_IP6_HOPLIMIT`; ip: `hoplimit`. */
  hoplimit: [4, u8],
  /** `LWTUNNEL_IP6_TC`; ip: `tc`. */
  tc: [5, u8],
  /** `LWTUNNEL_IP6_FLAGS`; ip: `csum`, `key`, `seq`. */
  flags: [6, tunnelFlags],
  pad: [7, pad],
  /** `LWTUNNEL_IP6_OPTS`. */
  opts: [8, tunnelOptions],
})

/** An IPv6 segment routing header without options: its segments, first to last as a packet visits them. */
export interface SegmentHeader {
  /** The addresses, in the order in which they are visited. */
  segs: string[]
  /** What follows them, type-length-value (an HMAC), as bytes. */
  tlvs?: Uint8Array
}

const SRH_SIZE = 8
const SRH_TYPE = 4

function readSegments(source: { readonly bytes: Uint8Array }, start: number, end: number): SegmentHeader | undefined {
  if (end - start < SRH_SIZE) return undefined
  const { bytes: all } = source
  const count = all[start + 4]! + 1
  const size = (all[start + 1]! + 1) * 8
  const tail = start + SRH_SIZE + count * 16
  if (start + size > end || tail > start + size) return undefined
  const segs = Array.from({ length: count }, (_, i) => formatIpv6(all, start + SRH_SIZE + (count - 1 - i) * 16))
  return tail < start + size ? { segs, tlvs: all.slice(tail, start + size) } : { segs }
}

/** `struct ipv6_sr_hdr`. */
const srh: Codec<SegmentHeader> = {
  kind: 'srh',
  size: undefined,
  align: 4,
  nested: false,
  read: readSegments,
  write(writer, { segs, tlvs }) {
    const count = segs.length
    if (!(count >= 1 && count <= 127)) writer.outOfRange('1 to 127 segments', segs)
    const size = SRH_SIZE + count * 16 + (tlvs?.length ?? 0)
    const at = writer.reserve(SRH_SIZE)
    writer.bytes.set([0, size / 8 - 1, SRH_TYPE, count - 1, count - 1], at)
    for (const segment of segs.toReversed()) {
      const address = parseIp(segment)
      if (address.length !== 16) writer.outOfRange('an IPv6 address', segment)
      writer.append(address)
    }
    if (tlvs !== undefined) writer.append(tlvs)
  },
}

const seg6Mode = named(s32, { inline: 0, encap: 1, l2encap: 2, 'encap.red': 3, 'l2encap.red': 4 })

/** `struct seg6_iptunnel_encap`: the mode and the header behind it. */
const seg6Tunnel: Codec<
  SegmentHeader & { mode: string | number },
  SegmentHeader & { mode: keyof typeof seg6Mode.names | number }
> = {
  kind: 'seg6Tunnel',
  size: undefined,
  align: 4,
  nested: false,
  read(source, start, end) {
    const mode = seg6Mode.read(source, start, end)
    const segments = readSegments(source, start + 4, end)
    return mode === undefined || segments === undefined ? undefined : { mode, ...segments }
  },
  write(writer, { mode, ...segments }) {
    seg6Mode.write(writer, mode)
    srh.write(writer, segments)
  },
}

/** ip: `encap seg6`. */
const seg6 = attrs({
  /** `SEG6_IPTUNNEL_SRH`; ip: `mode … segs …`. */
  srh: [1, seg6Tunnel],
  /** `SEG6_IPTUNNEL_SRC`. Requires Linux 6.18. */
  src: [2, ipv6],
})

/** A program of a light-weight tunnel: `LWT_BPF_PROG_*`, `SEG6_LOCAL_BPF_PROG*`. */
const program = attrs({
  /** A descriptor when written; what is read is the program's id. */
  fd: [1, u32],
  name: [2, string],
})

/** ip: `encap bpf`. */
const bpf = attrs({
  /** `LWT_BPF_IN`; ip: `in`. */
  in: [1, program],
  /** `LWT_BPF_OUT`; ip: `out`. */
  out: [2, program],
  /** `LWT_BPF_XMIT`; ip: `xmit`. */
  xmit: [3, program],
  /** `LWT_BPF_XMIT_HEADROOM`; ip: `headroom`. */
  xmitHeadroom: [4, u32],
})

/** ip: `encap seg6local`. */
const seg6local = attrs({
  /** `SEG6_LOCAL_ACTION`; ip: `action`. */
  action: [
    1,
    named(u32, {
      End: 1,
      'End.X': 2,
      'End.T': 3,
      'End.DX2': 4,
      'End.DX6': 5,
      'End.DX4': 6,
      'End.DT6': 7,
      'End.DT4': 8,
      'End.B6': 9,
      'End.B6.Encaps': 10,
      'End.BM': 11,
      'End.S': 12,
      'End.AS': 13,
      'End.AM': 14,
      'End.BPF': 15,
      'End.DT46': 16,
    }),
  ],
  /** `SEG6_LOCAL_SRH`; ip: `srh segs`. */
  srh: [2, srh],
  /** `SEG6_LOCAL_TABLE`; ip: `table`. */
  table: [3, u32],
  /** `SEG6_LOCAL_NH4`; ip: `nh4`. */
  nh4: [4, ipv4],
  /** `SEG6_LOCAL_NH6`; ip: `nh6`. */
  nh6: [5, ipv6],
  /** `SEG6_LOCAL_IIF`; ip: `iif`. */
  iif: [6, linkIndex],
  /** `SEG6_LOCAL_OIF`; ip: `oif`. */
  oif: [7, linkIndex],
  /** `SEG6_LOCAL_BPF`; ip: `endpoint`. */
  bpf: [8, program],
  /** `SEG6_LOCAL_VRFTABLE`; ip: `vrftable`. */
  vrftable: [9, u32],
  /** `SEG6_LOCAL_COUNTERS`; ip: `count`. */
  counters: [10, attrs({ pad: [1, pad], packets: [2, u64], bytes: [3, u64], errors: [4, u64] })],
  /** `SEG6_LOCAL_FLAVORS`; ip: `flavors`. */
  flavors: [
    11,
    attrs({
      operation: [1, flags(u32, { psp: 2, usp: 4, usd: 8, 'next-csid': 16 })],
      lcblockBits: [2, u8],
      lcnodeFnBits: [3, u8],
    }),
  ],
})

/** ip: `encap ioam6`. */
const ioam6 = attrs({
  /** `IOAM6_IPTUNNEL_MODE`; ip: `mode`. */
  mode: [1, named(u8, { inline: 1, encap: 2, auto: 3 })],
  /** `IOAM6_IPTUNNEL_DST`; ip: `tundst`. */
  dst: [2, ipv6],
  /** `IOAM6_IPTUNNEL_TRACE`: `struct ioam6_trace_hdr`. */
  trace: [3, bytes],
  /** `IOAM6_IPTUNNEL_FREQ_K`; ip: `freq k/n`. */
  freqK: [4, u32],
  /** `IOAM6_IPTUNNEL_FREQ_N`. */
  freqN: [5, u32],
  /** `IOAM6_IPTUNNEL_SRC`; ip: `tunsrc`. Requires Linux 6.12. */
  src: [6, ipv6],
})

/** ip: `encap ila`. */
const ila = attrs({
  /** `ILA_ATTR_LOCATOR`. */
  locator: [1, be64],
  /** `ILA_ATTR_CSUM_MODE`; ip: `csum-mode`. */
  csumMode: [7, named(u8, { 'adj-transport': 0, 'neutral-map': 1, 'no-action': 2, 'neutral-map-auto': 3 })],
  /** `ILA_ATTR_IDENT_TYPE`; ip: `ident-type`. */
  identType: [8, u8],
  /** `ILA_ATTR_HOOK_TYPE`; ip: `hook-type`. */
  hookType: [9, named(u8, { output: 0, input: 1 })],
})

/** ip: `encap xfrm`. */
const xfrm = attrs({
  /** `LWT_XFRM_IF_ID`; ip: `if_id`. */
  ifId: [1, u32],
  /** `LWT_XFRM_LINK`; ip: `link_dev`. */
  link: [2, linkIndex],
})

/** ip: `encap rpl`: `struct ipv6_rpl_sr_hdr`, as bytes. */
const rpl = attrs({
  /** `RPL_IPTUNNEL_SRH`. */
  srh: [1, bytes],
})

/** `RTA_ENCAP`, by `encapType`. */
export const encap = by('encapType', { mpls, ip, ip6, ila, seg6, bpf, seg6local, rpl, ioam6, xfrm })
