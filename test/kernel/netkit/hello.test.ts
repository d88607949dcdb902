/** The main job: the story of hello-netkit, ended in every way; and the line that each mistake gets. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NetNs } from '../../../src/index.ts'
import { script } from '../../bundle/script.ts'
import { Lab } from '../lab.ts'
import { needs } from '../needs.ts'

const root = join(import.meta.dirname, '../../..')
const example = join(root, 'examples/hello-netkit.ts')

describe('hello-netkit', needs('netkit'), () => {
  let lab: Lab
  let here: NetNs

  beforeAll(() => {
    lab = Lab.create('hello')
    here = NetNs.open(lab.name)
  })
  afterAll(() => {
    here.close()
    lab.remove()
  })

  /** Runs a file of this project inside the lab; gives its exit code and what it said. */
  async function run(
    file: string,
    args: readonly string[],
    uid?: number,
  ): Promise<{ code: number; out: string; err: string }> {
    const child = here.spawn(process.execPath, [...script(file), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid, gid: uid }),
    })
    const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
    return { code: code as number, out, err }
  }

  test('the blackhole lets packets pass while the program lives, and is back however it ends', async () => {
    const { code, out, err } = await run(join(root, 'test/story/story.ts'), ['SIGKILL', 'SIGINT', 'SIGTERM'])
    expect(err).toBe('')
    expect(out).toContain('All of it was observed')
    // The pair, three of the blackhole, eight for each way of ending it, two at the end.
    expect(out.match(/^ {2}ok /gm)).toHaveLength(1 + 3 + 3 * 8 + 2)
    expect(out).not.toContain('FAIL')
    expect(code).toBe(0)
  }, 300_000)

  describe('says in one line what is wrong', () => {
    beforeAll(() => {
      lab.ip('link add nkp type netkit peer name nkq')
      lab.ip('link add br0 type bridge')
    })

    const mistakes: readonly (readonly [what: string, args: readonly string[], line: RegExp, uid?: number])[] = [
      ['no interface named', [], /^say which interface: --interface NAME/],
      [
        'a missing interface',
        ['--interface', 'nope'],
        /^there is no interface "nope" in this network namespace: make a pair first/,
      ],
      [
        'another kind of interface',
        ['--interface', 'br0'],
        /^"br0" is of kind bridge, not a netkit device: name the primary of a netkit pair$/,
      ],
      [
        "the peer's name",
        ['--interface', 'nkq'],
        /^"nkq" is the peer of its netkit pair, .*: use "nkp" \(interface \d+\)$/,
      ],
      ['no root', ['--interface', 'nkp'], /EPERM.*CAP_/, 65_534],
    ]
    test.for(mistakes)('%s', async ([, args, line, uid]) => {
      const { code, out, err } = await run(example, args, uid)
      const lines = err.trimEnd().split('\n')
      expect(lines).toHaveLength(1)
      expect(lines[0]).toMatch(line)
      expect(code).toBe(1)
      expect(out).not.toContain('Both sides pass')
    })

    test('--help', async () => {
      const { code, out } = await run(example, ['--help'])
      expect(code).toBe(0)
      expect(out).toMatch(/^Usage: npx tsx examples\/hello-netkit.ts --interface NAME/)
    })
  })
})

describe('hello-netkit where the kernel has no netkit', needs('no:netkit'), () => {
  test('says so', () => {
    const { status, stderr } = spawnSync(process.execPath, [...script(example), '--interface', 'nope'], {
      encoding: 'utf8',
      cwd: root,
    })
    expect(status).toBe(1)
    expect(stderr).toBe(
      'this kernel has no netkit: it needs Linux 6.7 or newer, built with CONFIG_NETKIT (never a module)\n',
    )
  })
})
