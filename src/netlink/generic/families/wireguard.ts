/**
 * `wireguard`: keys, peers and endpoints of WireGuard devices.
 *
 * Requires Linux 5.6.
 *
 * @module
 */
import {
  attrs,
  bytes,
  type Codec,
  flags,
  formatIp,
  list,
  littleEndian,
  type Out,
  parseIp,
  s64,
  string,
  struct,
  u16,
  u32,
  u64,
  u8,
} from '../../../codec/index.ts'
import type { Genl } from '../genl.ts'
import { defineFamily } from '../spec.ts'

const KEY_SIZE = 32
const AF_INET = 2
const AF_INET6 = 10
/** `sizeof(struct sockaddr_in)` and of `sockaddr_in6`. */
const SOCKADDR_SIZES: Readonly<Record<number, number>> = { [AF_INET]: 16, [AF_INET6]: 28 }

/** A key of Curve25519 in base64, as `wg` has it. */
const key: Codec<string> = {
  kind: 'key',
  size: undefined,
  align: 1,
  nested: false,
  read: (source, start, end) =>
    end - start < KEY_SIZE ? undefined : btoa(String.fromCharCode(...source.bytes.subarray(start, start + KEY_SIZE))),
  write(writer, value) {
    if (typeof value !== 'string') writer.wrongType('a key in base64', value)
    if (!/^[\d+/A-Za-z]{43}=$/.test(value)) writer.outOfRange('a key of 32 bytes in base64', value)
    writer.append(Uint8Array.from(atob(value), (character) => character.charCodeAt(0)))
  },
}

/** `struct sockaddr_in` or `sockaddr_in6` as `192.0.2.1:51820` or `[2001:db8::1]:51820`. */
const endpoint: Codec<string> = {
  kind: 'endpoint',
  size: undefined,
  align: 4,
  nested: false,
  read({ bytes: all, view }, start, end) {
    const family = end - start < 2 ? -1 : view.getUint16(start, littleEndian)
    if (end - start < (SOCKADDR_SIZES[family] ?? Infinity)) return undefined
    const port = view.getUint16(start + 2, false)
    return family === AF_INET
      ? `${formatIp(all.subarray(start + 4, start + 8))}:${port}`
      : `[${formatIp(all.subarray(start + 8, start + 24))}]:${port}`
  },
  write(writer, value) {
    if (typeof value !== 'string') writer.wrongType('an address and a port', value)
    const [, host = '', port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(value) ?? []
    if (port === undefined || Number(port) > 0xffff) writer.outOfRange('an address and a port: 192.0.2.1:51820', value)
    const ip = parseIp(host)
    const family = ip.length === 4 ? AF_INET : AF_INET6
    const at = writer.reserve(SOCKADDR_SIZES[family]!)
    writer.view.setUint16(at, family, littleEndian)
    writer.view.setUint16(at + 2, Number(port), false)
    writer.bytes.set(ip, at + (family === AF_INET ? 4 : 8))
  },
}

/** `WGALLOWEDIP_A_*`. */
const allowedIp = attrs({
  /** `WGALLOWEDIP_A_FAMILY`: `AF_INET` 2, `AF_INET6` 10. */
  family: [1, u16],
  /** `WGALLOWEDIP_A_IPADDR`: 4 or 16 bytes. */
  ipaddr: [2, bytes],
  /** `WGALLOWEDIP_A_CIDR_MASK`. */
  cidrMask: [3, u8],
  /** `WGALLOWEDIP_A_FLAGS`. Requires Linux 6.16. */
  flags: [4, flags(u32, { removeMe: 1 })],
})

/** `WGPEER_A_*`. */
const peer = attrs({
  /** `WGPEER_A_PUBLIC_KEY`. */
  publicKey: [1, key],
  /** `WGPEER_A_PRESHARED_KEY`; all zero is none. */
  presharedKey: [2, key],
  /** `WGPEER_A_FLAGS`. */
  flags: [3, flags(u32, { removeMe: 1, replaceAllowedips: 2, updateOnly: 4 })],
  /** `WGPEER_A_ENDPOINT`. */
  endpoint: [4, endpoint],
  /** `WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL`: seconds; 0 is off. */
  persistentKeepaliveInterval: [5, u16],
  /** `WGPEER_A_LAST_HANDSHAKE_TIME`: since 1970; all zero is never. */
  lastHandshakeTime: [6, struct({ sec: s64, nsec: s64 })],
  /** `WGPEER_A_RX_BYTES`. */
  rxBytes: [7, u64],
  /** `WGPEER_A_TX_BYTES`. */
  txBytes: [8, u64],
  /** `WGPEER_A_ALLOWEDIPS`. */
  allowedips: [9, list(allowedIp, { type: 0 })],
  /** `WGPEER_A_PROTOCOL_VERSION`. */
  protocolVersion: [10, u32],
})

/** `WGDEVICE_A_*`. */
const device = attrs({
  /** `WGDEVICE_A_IFINDEX`. */
  ifindex: [1, u32],
  /** `WGDEVICE_A_IFNAME`. */
  ifname: [2, string],
  /** `WGDEVICE_A_PRIVATE_KEY`; all zero is none. */
  privateKey: [3, key],
  /** `WGDEVICE_A_PUBLIC_KEY`. Read-only. */
  publicKey: [4, key],
  /** `WGDEVICE_A_FLAGS`. */
  flags: [5, flags(u32, { replacePeers: 1 })],
  /** `WGDEVICE_A_LISTEN_PORT`; 0 chooses one. */
  listenPort: [6, u16],
  /** `WGDEVICE_A_FWMARK`; 0 is none. */
  fwmark: [7, u32],
  /** `WGDEVICE_A_PEERS`. */
  peers: [8, list(peer, { type: 0 })],
})

/** WireGuard devices. A device is made and deleted as a link of kind `wireguard`. */
export const wireguard = defineFamily({
  name: 'wireguard',
  version: 1,
  commands: {
    /** A device (`ifname` or `ifindex`), as a list of parts: {@link wireguardDevice} joins them. */
    getDevice: { name: 'WG_CMD_GET_DEVICE', cmd: 0, request: device, reply: device },
    /** Configures a device. */
    setDevice: { name: 'WG_CMD_SET_DEVICE', cmd: 1, request: device },
  },
})

/** A WireGuard device as the kernel tells it. */
export type WireguardDevice = Out<typeof device>

/**
 * A WireGuard device with all of its peers, which the kernel tells in parts when they are many.
 *
 * @throws NetlinkError ENODEV when there is no such link; EOPNOTSUPP when it is of another kind.
 */
export function wireguardDevice(genl: Genl, link: string | number): WireguardDevice {
  const which = typeof link === 'number' ? { ifindex: link } : { ifname: link }
  const parts = genl.family(wireguard).list('getDevice', which, { attempted: `get wireguard device ${link}` })
  return joinParts(parts)
}

/** Joins parts of a device: a peer whose allowed addresses did not fit comes again in the next part, with the rest of them. */
export function joinParts(parts: readonly WireguardDevice[]): WireguardDevice {
  const [first = {}, ...rest] = parts
  const peers = [...(first.peers ?? [])]
  for (const part of rest) {
    for (const next of part.peers ?? []) {
      const last = peers.at(-1)
      if (last === undefined || last.publicKey !== next.publicKey) peers.push(next)
      else peers[peers.length - 1] = { ...last, allowedips: [...(last.allowedips ?? []), ...(next.allowedips ?? [])] }
    }
  }
  return { ...first, peers }
}
