/** Netlink protocols (`NETLINK_*`): the third argument of `socket(2)`. */
export const NETLINK_ROUTE = 0
/** Netfilter. */
export const NETLINK_NETFILTER = 12
/** Generic netlink. */
export const NETLINK_GENERIC = 16

/** `NLM_F_REQUEST`: it is a request. Always set on what is sent. */
export const NLM_F_REQUEST = 0x01
/** `NLM_F_MULTI`: more messages follow, `NLMSG_DONE` ends them. */
export const NLM_F_MULTI = 0x02
/** `NLM_F_ACK`: answer with an acknowledgement. */
export const NLM_F_ACK = 0x04
/** `NLM_F_ECHO`: send back what was made of the request. Requires Linux 6.2 for links. */
export const NLM_F_ECHO = 0x08
/** `NLM_F_DUMP_INTR`: the dump is inconsistent, something changed under it. */
export const NLM_F_DUMP_INTR = 0x10
/** `NLM_F_DUMP_FILTERED`: the kernel filtered the dump as asked. */
export const NLM_F_DUMP_FILTERED = 0x20
/** `NLM_F_ROOT | NLM_F_MATCH`: return all that match. */
export const NLM_F_DUMP = 0x300
/** `NLM_F_REPLACE`, of new requests: override what exists. */
export const NLM_F_REPLACE = 0x100
/** `NLM_F_EXCL`, of new requests: fail if it exists. */
export const NLM_F_EXCL = 0x200
/** `NLM_F_CREATE`, of new requests: make it if it does not exist. */
export const NLM_F_CREATE = 0x400
/** `NLM_F_APPEND`, of new requests: add to the end of the list. */
export const NLM_F_APPEND = 0x800
/** `NLM_F_NONREC`, of delete requests: not recursively. */
export const NLM_F_NONREC = 0x100
/** `NLM_F_BULK`, of delete requests: all that match. Requires Linux 5.19. */
export const NLM_F_BULK = 0x200
/** `NLM_F_CAPPED`, of acknowledgements: the request is not echoed. */
export const NLM_F_CAPPED = 0x100
/** `NLM_F_ACK_TLVS`, of acknowledgements: extended-ACK attributes follow. */
export const NLM_F_ACK_TLVS = 0x200

/** Size of `struct nlmsghdr`. */
export const NLMSG_HDRLEN = 16
/** `NLMSG_NOOP`. */
export const NLMSG_NOOP = 1
/** `NLMSG_ERROR`: an error, or with 0 an acknowledgement. */
export const NLMSG_ERROR = 2
/** `NLMSG_DONE`: the end of a dump. */
export const NLMSG_DONE = 3
/** `NLMSG_OVERRUN`: data was lost. */
export const NLMSG_OVERRUN = 4
/** `NLMSG_MIN_TYPE`: types below are control messages. */
export const NLMSG_MIN_TYPE = 0x10
