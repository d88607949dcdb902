import { describe, expect, test } from 'vitest'
import { imagePayload, imageRelease } from '../../vm/bzimage.ts'
import { cpio } from '../../vm/cpio.ts'
import { keptModules } from '../../vm/modules.ts'
import { qemuArguments } from '../../vm/qemu.ts'
import { complaint, lastLines, parseStatus } from '../../vm/watch.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const latin1 = (data: Uint8Array): string => new TextDecoder('latin1').decode(data)

describe('the initramfs', () => {
  const archive = latin1(
    cpio([
      { path: 'bin', mode: 0o755 },
      { path: 'bin/sh', link: 'busybox' },
      { path: 'init', mode: 0o755, data: bytes('#!/bin/sh\n') },
    ]),
  )

  test('holds folders, links and files, each on a boundary of four', () => {
    const heads = [...archive.matchAll(/070701/g)].map((match) => match.index)
    expect(heads).toHaveLength(4)
    for (const at of heads) expect(at % 4).toBe(0)
    expect(archive.length % 4).toBe(0)
    const field = (head: number, n: number): number => parseInt(archive.slice(heads[head]! + 6 + n * 8, heads[head]! + 14 + n * 8), 16) // prettier-ignore
    expect([0, 1, 2].map((head) => field(head, 1).toString(8))).toEqual(['40755', '120777', '100755'])
    expect([0, 1, 2].map((head) => field(head, 6))).toEqual([0, 'busybox'.length, '#!/bin/sh\n'.length])
  })

  test('ends as the kernel expects', () => {
    expect(archive).toMatch(/TRAILER!!!\0+$/)
  })
})

describe('a kernel image', () => {
  const image = new Uint8Array(0x3000)
  const view = new DataView(image.buffer)
  image[0x1f1] = 7 // sectors of set-up code
  image.set(bytes('HdrS'), 0x202)
  view.setUint16(0x20e, 0x1200, true)
  image.set(bytes('7.3.4+deb13-cloud-amd64 (builder) #1\0'), 0x1400)
  view.setUint32(0x248, 0x100, true)
  view.setUint32(0x24c, 20, true)
  image.set([0x28, 0xb5, 0x2f, 0xfd], 8 * 512 + 0x100)

  test('tells its release', () => {
    expect(imageRelease(image)).toBe('7.3.4+deb13-cloud-amd64')
  })

  test('holds the compressed kernel, without the four bytes of its size', () => {
    const payload = imagePayload(image)
    expect(payload.compression).toBe('zstd')
    expect(payload.bytes.byteOffset).toBe(8 * 512 + 0x100)
    expect(payload.bytes.length).toBe(16)
  })

  test('that is none, or is cut short, is refused', () => {
    expect(() => imageRelease(new Uint8Array(0x3000))).toThrow(TypeError)
    expect(() => imagePayload(image.subarray(0, 0x1100))).toThrow(RangeError)
  })
})

describe('the modules kept', () => {
  const dep = `kernel/net/sched/sch_netem.ko.xz:
kernel/drivers/net/veth.ko.xz:
kernel/drivers/net/bonding/bonding.ko.xz: kernel/net/tls/tls.ko.xz
kernel/drivers/net/ethernet/intel/e1000/e1000.ko.xz:
kernel/drivers/net/netdevsim/netdevsim.ko.xz: kernel/drivers/ptp/ptp_mock.ko.xz
kernel/drivers/ptp/ptp_mock.ko.xz:
kernel/drivers/ptp/ptp_vmw.ko.xz:
kernel/sound/snd.ko.xz:
kernel/fs/overlayfs/overlay.ko.xz:
kernel/fs/btrfs/btrfs.ko.xz: kernel/lib/raid6/raid6_pq.ko.xz
kernel/net/tls/tls.ko.xz:
`

  test('are networking and what it stands on', () => {
    expect([...keptModules(dep)].map((path) => path.replace(/.*\/|\.ko.*/g, '')).toSorted()).toEqual(
      ['bonding', 'netdevsim', 'overlay', 'ptp_mock', 'sch_netem', 'tls', 'veth'], // prettier-ignore
    )
  })
})

describe('the machine', () => {
  const hardware = {
    image: 'vmlinux',
    initramfs: 'rd',
    accelerator: 'tcg',
    cpus: 2,
    memory: 2048,
    log: 'l',
    status: 's',
  } as const

  test('of a probe has neither files nor output', () => {
    const args = qemuArguments(hardware).join(' ')
    expect(args).not.toMatch(/vhost-user-fs|name=out|name=files/)
    expect(args).toContain('name=status')
  })

  test('shares its memory where virtiofsd needs it', () => {
    const args = qemuArguments({ ...hardware, files: 'fs', out: 'o', tar: 't' }).join(' ')
    expect(args).toMatch(/memory-backend-memfd,id=memory,size=2048M,share=on/)
    expect(args).toMatch(/name=out.*name=files.*vhost-user-fs-pci/)
  })

  test('is emulated with the most that TCG can, and passes the host through with KVM', () => {
    expect(qemuArguments(hardware)).toContain('tcg,thread=multi,tb-size=512')
    expect(qemuArguments({ ...hardware, accelerator: 'kvm' })).toEqual(expect.arrayContaining(['kvm', 'host']))
  })
})

describe('what a machine tells', () => {
  test('is read from its status port', () => {
    expect(parseStatus('boot 3.07\nexit 3\n')).toEqual({ boot: 3.07, exit: 3, fail: undefined })
    expect(parseStatus('boot 3.07\nfail no overlay here\nexit 125\n')).toMatchObject({ fail: 'no overlay here' })
    expect(parseStatus('')).toEqual({ boot: undefined, exit: undefined, fail: undefined })
  })

  test('a complaint is shown from its first line', () => {
    const log = '[ 1.0] fine\r\n[ 2.0] BUG: kernel NULL pointer dereference\r\n[ 2.1] RIP: 0010:x\r\n'
    expect(complaint(log)).toBe('[ 2.0] BUG: kernel NULL pointer dereference\n[ 2.1] RIP: 0010:x')
    expect(complaint('[ 1.0] mtrr: your CPUs had inconsistent settings\n')).toBeUndefined()
  })

  test('the last lines are without what a boot loader paints', () => {
    expect(lastLines('\u001Bc\u001B[2Ja\r\nb\r\nc\r\n', 2)).toBe('b\nc')
  })
})
