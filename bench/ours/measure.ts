/**
 * What our programs share: one JSON line per measurement. Times are nanoseconds, memory is bytes.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Prints one measurement. */
export function report(metric: string, value: number): void {
  process.stdout.write(`${JSON.stringify({ metric, value })}\n`)
}

/** Prints a curve. */
export function reportCurve(metric: string, points: readonly (readonly [number, number])[]): void {
  process.stdout.write(`${JSON.stringify({ metric, points })}\n`)
}

/** Nanoseconds, as a number: 100 days of them are exact. */
export function now(): number {
  return Number(process.hrtime.bigint())
}

/** How long the work takes. */
export function time(work: () => void): number {
  const start = now()
  work()
  return now() - start
}

/** The middle one. */
export function median(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1] ?? Number.NaN
}

/** Prints the median of several runs. */
export function repeat(metric: string, iterations: number, work: () => void): void {
  report(metric, median(Array.from({ length: iterations }, () => time(work))))
}

/** Prints the most memory that this process ever held. */
export function reportPeak(): void {
  const found = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (found !== undefined) report('peak', Number(found) * 1024)
}

/** Runs a program of `$BENCH_BIN` and waits for it. */
export function tool(name: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(`${process.env['BENCH_BIN'] ?? '.'}/${name}`, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`)
}

/** The works of a program by name; runs the one that the first argument names, with the others. */
export async function main(
  works: Readonly<Record<string, (...args: string[]) => void | Promise<void>>>,
): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2)
  const work = works[name]
  if (!work) throw new Error(`expected one of ${Object.keys(works).join(', ')}, not ${JSON.stringify(name)}`)
  await work(...args)
  reportPeak()
}
