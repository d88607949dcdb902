import { hasDeviceHook } from '../../src/bpf/links/query.ts'

/** Whether this kernel has netkit and lets this user at it: `true`, or a sentence that says why not. */
export function hasNetkit(): string | true {
  if (process.getuid?.() !== 0) return 'You are not root here.'
  const answer = hasDeviceHook('netkit_primary')
  if (answer === undefined) return 'This process may not ask the kernel about BPF (CAP_NET_ADMIN and CAP_BPF).'
  return answer || 'This kernel has no netkit (Linux 6.7 and CONFIG_NETKIT).'
}
