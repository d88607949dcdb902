/**
 * Kinds with an option or two: amt, batadv, dsa, gtp, ipoib, ovpn, rmnet, wwan.
 *
 * @module
 */
import { attrs, be16, bool, ipv4, ipv6, maskedFlags, named, string, u16, u32, u8 } from '../../../codec/index.ts'
import { linkIndex } from '../refs.ts'

/** `IFLA_INFO_DATA` of kind `amt`: multicast over a network that has none. */
export const amt = attrs({
  /** `IFLA_AMT_MODE`; ip: `mode`. */
  mode: [1, named(u32, { gateway: 0, relay: 1 })],
  /** `IFLA_AMT_RELAY_PORT`; ip: `relay_port`. */
  relayPort: [2, be16],
  /** `IFLA_AMT_GATEWAY_PORT`; ip: `gateway_port`. */
  gatewayPort: [3, be16],
  /** `IFLA_AMT_LINK`; ip: `dev`. */
  link: [4, linkIndex],
  /** `IFLA_AMT_LOCAL_IP`; ip: `local`. */
  localIp: [5, ipv4],
  /** `IFLA_AMT_REMOTE_IP`. Read-only. */
  remoteIp: [6, ipv4],
  /** `IFLA_AMT_DISCOVERY_IP`; ip: `discovery`. */
  discoveryIp: [7, ipv4],
  /** `IFLA_AMT_MAX_TUNNELS`; ip: `max_tunnels`. */
  maxTunnels: [8, u32],
})

/** `IFLA_INFO_DATA` of kind `batadv`: a mesh. */
export const batadv = attrs({
  /** `IFLA_BATADV_ALGO_NAME`; ip: `ra`. */
  algoName: [1, string],
})

/** `IFLA_INFO_DATA` of kind `dsa`: a port of a switch chip. */
export const dsa = attrs({
  /** `IFLA_DSA_CONDUIT`; ip: `conduit`. */
  conduit: [1, linkIndex],
})

/** `IFLA_INFO_DATA` of kind `gtp`: the tunnel of mobile networks. */
export const gtp = attrs({
  /** `IFLA_GTP_FD0`: a UDP socket for version 0. */
  fd0: [1, u32],
  /** `IFLA_GTP_FD1`: a UDP socket for version 1. */
  fd1: [2, u32],
  /** `IFLA_GTP_PDP_HASHSIZE`; ip: `hsize`. */
  pdpHashsize: [3, u32],
  /** `IFLA_GTP_ROLE`; ip: `role`. */
  role: [4, named(u32, { ggsn: 0, sgsn: 1 })],
  /** `IFLA_GTP_CREATE_SOCKETS`. Requires Linux 5.18. */
  createSockets: [5, bool],
  /** `IFLA_GTP_RESTART_COUNT`; ip: `restart_count`. */
  restartCount: [6, u8],
  /** `IFLA_GTP_LOCAL`. Requires Linux 6.9. */
  local: [7, ipv4],
  /** `IFLA_GTP_LOCAL6`. Requires Linux 6.9. */
  local6: [8, ipv6],
})

/** `IFLA_INFO_DATA` of kind `ipoib`: IP over InfiniBand. */
export const ipoib = attrs({
  /** `IFLA_IPOIB_PKEY`; ip: `pkey`. */
  pkey: [1, u16],
  /** `IFLA_IPOIB_MODE`; ip: `mode`. */
  mode: [2, named(u16, { datagram: 0, connected: 1 })],
  /** `IFLA_IPOIB_UMCAST`; ip: `umcast`. */
  umcast: [3, u16],
})

/** `IFLA_INFO_DATA` of kind `ovpn`. Requires Linux 6.16. */
export const ovpn = attrs({
  /** `IFLA_OVPN_MODE`; ip: `mode`. */
  mode: [1, named(u8, { p2p: 0, mp: 1 })],
})

/** `IFLA_INFO_DATA` of kind `rmnet`: a channel of a modem. */
export const rmnet = attrs({
  /** `IFLA_RMNET_MUX_ID`; ip: `mux_id`. */
  muxId: [1, u16],
  /** `IFLA_RMNET_FLAGS`. */
  flags: [
    2,
    maskedFlags(u32, {
      ingressDeaggregation: 1,
      ingressMapCommands: 2,
      ingressMapCksumv4: 4,
      egressMapCksumv4: 8,
      ingressMapCksumv5: 16,
      egressMapCksumv5: 32,
    }),
  ],
})

/** `IFLA_INFO_DATA` of kind `wwan`. */
export const wwan = attrs({
  /** `IFLA_WWAN_LINK_ID`; ip: `linkid`. */
  linkId: [1, u32],
})
