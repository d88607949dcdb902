/**
 * `npx tsx test/tables/main.ts [--include FOLDER] [--no-kernel]`: holds our tables of netlink against the kernel's.
 *
 * Ids against the uapi headers (`linux-libc-dev`, or those below FOLDER); types against what the running kernel wants: the policies of generic netlink,
 * and those that its extended acknowledgements tell when an attribute is wrong. What differs and is not in the allow-list is printed, and the exit
 * code is 1.
 */
import { parseArgs } from 'node:util'
import { allowed } from './allow.ts'
import { compare, type Difference } from './compare.ts'
import { readHeaders } from './headers.ts'
import { kernelDifferences } from './policies.ts'
import { writtenTables } from './rows.ts'

function print(title: string, list: readonly Difference[]): void {
  if (list.length === 0) return
  console.log(`\n${title}`)
  for (const { at, subject, what } of list) console.log(`  ${at}: ${subject}: ${what}`)
}

function main(): number {
  const { values } = parseArgs({
    options: { include: { type: 'string' }, kernel: { type: 'boolean', default: true } },
    allowNegative: true,
  })
  let wrong: readonly Difference[] = []
  const tables = writtenTables()
  const headers = readHeaders(values.include)
  if (headers === undefined) {
    console.log('no headers: apt-get install linux-libc-dev')
  } else {
    const { differences, newer, confirmed } = compare(tables, headers)
    console.log(`headers of Linux ${headers.version} (${headers.folder}): ${confirmed} rows confirmed`)
    print(
      `newer than the headers, or of another name there: ${newer.length}`,
      newer.filter(({ subject }) => allowed(subject) === undefined),
    )
    wrong = differences
  }
  if (values.kernel && process.getuid?.() === 0) {
    const { differences, asked, told } = kernelDifferences()
    console.log(`the running kernel: ${asked} attributes asked for, ${told} types told`)
    wrong = [...wrong, ...differences]
  } else {
    console.log('the running kernel is not asked: that takes root')
  }
  const reasons = new Map<string, number>()
  const left = wrong.filter(({ subject }) => {
    const reason = allowed(subject)
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    return reason === undefined
  })
  console.log('\nallowed:')
  for (const [reason, count] of reasons) console.log(`  ${count}: ${reason}`)
  print(`differences: ${left.length}`, left)
  return left.length === 0 ? 0 : 1
}

process.exitCode = main()
