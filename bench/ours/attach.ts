/** `attach OBJECT tcx|netkit DEVICE`: loads two programs, attaches both, and ends. Nothing is imported that it does not need. */
const start = process.hrtime.bigint()
const { Collection } = await import('../../src/bpf/collection/collection.ts')
const { rtnl } = await import('../../src/netlink/route/index.ts')

const [object = '', kind = '', device = ''] = process.argv.slice(2)
const report = (metric: string): void =>
  void process.stdout.write(`${JSON.stringify({ metric, value: Number(process.hrtime.bigint() - start) })}\n`)

const collection = Collection.load(object)
const ifindex = rtnl.links.indexOf(device)
const links = kind === 'netkit' ? await attachNetkit() : await attachTcx()
report('attached')
for (const link of links) link.close()
collection.close()
report('done')

async function attachTcx() {
  const { TcxLink } = await import('../../src/bpf/links/tcx.ts')
  return [
    TcxLink.attach(collection.program('pass_in', 'sched_cls'), { ifindex }),
    TcxLink.attach(collection.program('pass_out', 'sched_cls'), { ifindex }),
  ]
}

async function attachNetkit() {
  const { NetkitLink } = await import('../../src/bpf/links/netkit.ts')
  return [
    NetkitLink.attach(collection.program('pass_primary', 'sched_cls'), { ifindex }),
    NetkitLink.attach(collection.program('pass_peer', 'sched_cls'), { ifindex }),
  ]
}
