/**
 * Kinds of link that have no options: what can be said of them is said outside.
 *
 * @module
 */
import { attrs } from '../../../codec/index.ts'

/** `IFLA_INFO_DATA` of kind `dummy`: a link that swallows what it is given. */
export const dummy = attrs({})
/** `IFLA_INFO_DATA` of kind `ifb`, the intermediate functional block: where ingress is shaped as if it were egress. */
export const ifb = attrs({})
/** `IFLA_INFO_DATA` of kind `nlmon`: a link on which netlink messages can be captured. */
export const nlmon = attrs({})
/** `IFLA_INFO_DATA` of kind `vcan`: a CAN bus of this machine alone. */
export const vcan = attrs({})
/** `IFLA_INFO_DATA` of kind `wireguard`: keys and peers are told over generic netlink. */
export const wireguard = attrs({})
/** `IFLA_INFO_DATA` of kind `team`: told over generic netlink. */
export const team = attrs({})
/** `IFLA_INFO_DATA` of kind `openvswitch`: told over generic netlink. */
export const openvswitch = attrs({})
/** `IFLA_INFO_DATA` of kind `virt_wifi`. */
export const virtWifi = attrs({})
/** `IFLA_INFO_DATA` of kind `netdevsim`. */
export const netdevsim = attrs({})
/** `IFLA_INFO_DATA` of kind `pfcp`. */
export const pfcp = attrs({})
