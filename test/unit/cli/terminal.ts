import { run } from '../../../src/cli/run.ts'

/** What a run of `netkit` printed, and its exit status. */
export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs `netkit` with these arguments in this process. */
export async function netkit(...args: readonly string[]): Promise<Ran> {
  let [out, err] = ['', '']
  const status = await run(args, { out: (text) => void (out += text), err: (text) => void (err += text) })
  return { status, out, err }
}

/** The same with `--json`: the exit status, and what was printed. */
export async function netkitJson<T>(...args: readonly string[]): Promise<{ status: number; report: T }> {
  const { status, out } = await netkit(...args, '--json')
  return { status, report: JSON.parse(out) as T }
}
