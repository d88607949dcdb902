/**
 * `nlctrl`: the family that knows all families. The only one whose number is fixed.
 *
 * @module
 */
import { attrs, flags, list, many, string, u16, u32 } from '../../codec/index.ts'
import { policy } from '../extack.ts'
import { mapOf } from './codecs.ts'
import { defineFamily } from './spec.ts'

/** `GENL_ID_CTRL`. */
export const GENL_ID_CTRL = 0x10

/** `CTRL_ATTR_OP_*`. */
const operation = attrs({
  /** `CTRL_ATTR_OP_ID`. */
  id: [1, u32],
  /** `CTRL_ATTR_OP_FLAGS`: `GENL_*`. */
  flags: [2, flags(u32, { adminPerm: 1, cmdCapDo: 2, cmdCapDump: 4, cmdCapHaspol: 8, unsAdminPerm: 16 })],
})

/** `CTRL_ATTR_MCAST_GRP_*`. */
const group = attrs({ name: [1, string], id: [2, u32] })

/** `CTRL_ATTR_*`. */
export const control = attrs({
  /** `CTRL_ATTR_FAMILY_ID`. */
  familyId: [1, u16],
  /** `CTRL_ATTR_FAMILY_NAME`. */
  familyName: [2, string],
  /** `CTRL_ATTR_VERSION`. */
  version: [3, u32],
  /** `CTRL_ATTR_HDRSIZE`: size of the family's own header. */
  hdrsize: [4, u32],
  /** `CTRL_ATTR_MAXATTR`. */
  maxattr: [5, u32],
  /** `CTRL_ATTR_OPS`. */
  ops: [6, list(operation, { first: 1 })],
  /** `CTRL_ATTR_MCAST_GROUPS`. */
  mcastGroups: [7, list(group, { first: 1 })],
  /** `CTRL_ATTR_POLICY`: by number of the policy, then of the attribute. Requires Linux 5.7. */
  policy: [8, many(mapOf(mapOf(policy)))],
  /** `CTRL_ATTR_OP_POLICY`: by command, the numbers of its policies. Requires Linux 5.10. */
  opPolicy: [9, many(mapOf(attrs({ do: [1, u32], dump: [2, u32] })))],
  /** `CTRL_ATTR_OP`: asks for the policy of one command. */
  op: [10, u32],
})

/** The controller of generic netlink. */
export const nlctrl = defineFamily({
  name: 'nlctrl',
  version: 2,
  commands: {
    getFamily: { name: 'CTRL_CMD_GETFAMILY', cmd: 3, request: control, reply: control },
    getPolicy: { name: 'CTRL_CMD_GETPOLICY', cmd: 10, request: control, reply: control },
  },
  events: {
    newFamily: { cmd: 1, message: control },
    delFamily: { cmd: 2, message: control },
    newMcastGrp: { cmd: 7, message: control },
    delMcastGrp: { cmd: 8, message: control },
  },
})
