/**
 * Prints what happens to links, addresses and routes until it is interrupted.
 *
 *     npx tsx examples/monitor.ts
 */
import { rtnl } from '../src/index.ts'

async function main(): Promise<void> {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())

  const names = new Map<number, string>()
  try {
    for await (const change of rtnl.monitor('link', 'address', 'route', { signal: controller.signal })) {
      if (change.type === 'resync') {
        console.log(`${change.reason}: ${change.changes} changes`)
        continue
      }
      switch (change.kind) {
        case 'link': {
          const { index, name = '?', operstate, linkinfo } = change.object
          names.set(index, name)
          console.log(`${change.type} link ${index}: ${name} ${linkinfo?.kind ?? ''} ${operstate ?? ''}`)
          break
        }
        case 'address':
          console.log(`${change.type} address ${change.object.address} dev ${names.get(change.object.dev) ?? '?'}`)
          break
        case 'route': {
          const { dst, gateway, dev = 0, table } = change.object
          const via = gateway === undefined ? '' : ` via ${String(gateway)}`
          console.log(`${change.type} route ${dst}${via} dev ${names.get(dev) ?? '?'} table ${table ?? 'main'}`)
        }
      }
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error
  }
}

void main()
