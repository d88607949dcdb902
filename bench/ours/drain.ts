/** `drain COUNT DEVICE`: COUNT route events wait in a monitor's buffer; how long until each has been handed out as a change? */
import { Rtnl } from '../../src/netlink/route/index.ts'
import { now, report, reportPeak, tool } from './measure.ts'

const [countText = '0', device = ''] = process.argv.slice(2)
const count = Number(countText)

using rtnl = Rtnl.open()
await using monitor = rtnl.monitor('route', { initial: false, receiveBuffer: 1 << 30 })
tool('change', 'storm', countText, device)

const start = now()
let events = 0
for await (const change of monitor) {
  if (change.type === 'resync') continue
  if (++events === count) break
}
report('event', (now() - start) / events)
report('items', events)
reportPeak()
