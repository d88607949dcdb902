/**
 * Speak to the Linux kernel from TypeScript: netkit devices, rtnetlink, network namespaces and BPF.
 *
 * This is the front door. Each room can be had alone: `netkit/netlink`, `netkit/bpf`, `netkit/elf`, `netkit/btf`, `netkit/asm`, `netkit/codec`.
 *
 * @module
 */
export * from './netkit/index.ts'
export * from './netns/index.ts'
export * from './netlink/index.ts'
export * from './bpf/index.ts'
export { ClosedError, KernelError, type KernelErrorOptions } from './sys/index.ts'
// Two rooms have a Link: rtnetlink's is a network interface, bpf(2)'s holds a program on a hook.
export { type Link, LINK_TYPES } from './netlink/index.ts'
export { Link as BpfLink, LINK_TYPES as BPF_LINK_TYPES } from './bpf/index.ts'
