/** Pure: the arguments that make the machine. */

/** How the processor is provided. */
export type Accelerator = 'kvm' | 'tcg'

/** What a machine consists of. */
export interface Hardware {
  readonly image: string
  readonly initramfs: string
  readonly accelerator: Accelerator
  /** Processors that run; at least two are possible, so that what the kernel keeps per processor is kept twice. */
  readonly cpus: number
  /** MiB. */
  readonly memory: number
  /** Where the kernel's console goes: a file. */
  readonly log: string
  /** A unix socket that takes what `init` reports. */
  readonly status: string
  /** A unix socket that takes the command's output; absent in a probe. */
  readonly out?: string | undefined
  /** virtiofsd's socket; absent in a probe. */
  readonly files?: string | undefined
  /** A file that takes a tar of what is brought back. */
  readonly tar?: string | undefined
  /** The command talks to this terminal. */
  readonly tty?: boolean | undefined
}

/**
 * `oops=panic panic=-1` so that a kernel in trouble ends the machine instead of limping on; the rest is for speed on one emulated processor.
 * khugepaged runs at nice 19 and is preempted while it holds up every grace period of RCU, for 20 s and more: no huge pages, so it has nothing
 * to do. Grace periods are expedited, since each attachment and each deleted link waits for some.
 */
const commandLine = [
  'console=ttyS0 loglevel=5',
  'oops=panic panic=-1',
  'mitigations=off transparent_hugepage=never rcupdate.rcu_expedited=1',
].join(' ')

/** QEMU's arguments for a machine. */
export function qemuArguments(hardware: Hardware): string[] {
  const { accelerator, cpus, memory } = hardware
  const [accel, cpu] = accelerator === 'kvm' ? ['kvm', 'host'] : ['tcg,thread=multi,tb-size=512', 'max']
  const args = [
    '-M',
    'q35',
    '-accel',
    accel,
    '-cpu',
    cpu,
    '-smp',
    `${cpus},maxcpus=${Math.max(cpus, 2)}`,
    '-m',
    `${memory}`,
  ]
  args.push('-kernel', hardware.image, '-initrd', hardware.initramfs, '-append', commandLine)
  args.push('-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-monitor', 'none')
  args.push('-serial', `file:${hardware.log}`, '-device', 'virtio-serial-pci')
  const port = (name: string, backend: string): void => {
    args.push('-chardev', `${backend},id=${name}`, '-device', `virtserialport,chardev=${name},name=${name}`)
  }
  port('status', `socket,path=${hardware.status}`)
  if (hardware.tty === true) {
    args.push('-chardev', 'stdio,id=console,signal=off', '-device', 'virtconsole,chardev=console')
    port('out', 'null')
  } else if (hardware.out !== undefined) port('out', `socket,path=${hardware.out}`)
  if (hardware.tar !== undefined) port('files', `file,path=${hardware.tar}`)
  if (hardware.files !== undefined) {
    // virtiofsd reads and writes the guest's memory, so that must be shared
    args.push('-object', `memory-backend-memfd,id=memory,size=${memory}M,share=on`, '-numa', 'node,memdev=memory')
    args.push('-chardev', `socket,id=fs,path=${hardware.files}`)
    args.push('-device', 'vhost-user-fs-pci,chardev=fs,tag=host,queue-size=1024')
  }
  return args
}
