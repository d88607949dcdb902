/** `make-pair NAME PEER`: leaves a netkit pair behind. */
import { Netkit } from '../../src/netkit/index.ts'

const [name, peer] = process.argv.slice(2)
Netkit.create({ name, peer: { name: peer } }).close()
