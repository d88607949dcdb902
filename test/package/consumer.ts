// What a user of the published package writes: compiled against its declarations, then run by every Node that is supported.
import { Btf } from 'netkit/btf'
import { assemble } from 'netkit/asm'
import { readObject } from 'netkit/elf'
import { Collection as CollectionOfBpf } from 'netkit/bpf'
import { NetlinkSocket } from 'netkit/netlink'
import { Collection, Netkit, NetNs, rtnl } from 'netkit'

const links = rtnl.links.list()
const lo = links.find((link) => link.name === 'lo')
const namespace = NetNs.current()
const report = {
  lo: lo?.index,
  same: Collection === CollectionOfBpf,
  namespace: typeof namespace.inode,
  functions: [Btf, assemble, readObject, NetlinkSocket, Netkit].every((each) => typeof each === 'function'),
}
namespace.close()
console.log(JSON.stringify(report))
