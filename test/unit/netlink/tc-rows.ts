/**
 * What the library is told and what `tc` is told for the same: at least one row for each attribute of each kind.
 */

/** What the kernel or `tc` has to know for a row, as the kernel suite asks for it. */
export type Need = `${'qdisc' | 'filter' | 'action' | 'tc'}:${string}`

/** One object, told in both languages. */
export interface TcRow {
  readonly object: 'qdisc' | 'class' | 'filter'
  /** What `tc` makes first, for both. */
  readonly before?: readonly string[]
  /** What the library is told besides the device `x`. */
  readonly spec: { readonly kind: string; readonly [name: string]: unknown }
  /** What `tc` is told. */
  readonly tc: string
  readonly needs?: readonly Need[]
}

const MBIT = 125_000

const qdisc = (kind: string, options: object | undefined, tc: string, needs: readonly Need[] = []): TcRow => ({
  object: 'qdisc',
  spec: { handle: '1:', kind, options },
  tc: `qdisc add dev x root handle 1: ${kind} ${tc}`,
  needs,
})

const qdiscs: readonly TcRow[] = [
  { object: 'qdisc', spec: { kind: 'clsact' }, tc: 'qdisc add dev x clsact' },
  { object: 'qdisc', spec: { kind: 'ingress' }, tc: 'qdisc add dev x ingress' },
  {
    object: 'qdisc',
    spec: { kind: 'clsact', ingressBlock: 5, egressBlock: 6 },
    tc: 'qdisc add dev x ingress_block 5 egress_block 6 clsact',
  },
  {
    object: 'qdisc',
    spec: { kind: 'pfifo', handle: '2:', parent: '1:10', options: { limit: 77 } },
    before: ['qdisc add dev x root handle 1: htb', 'class add dev x parent 1: classid 1:10 htb rate 1mbit'],
    tc: 'qdisc add dev x parent 1:10 handle 2: pfifo limit 77',
    needs: ['qdisc:htb'],
  },
  qdisc('pfifo', { limit: 77 }, 'limit 77'),
  qdisc('bfifo', { limit: 7700 }, 'limit 7700'),
  qdisc('pfifo_head_drop', { limit: 77 }, 'limit 77'),
  qdisc('noqueue', undefined, ''),
  qdisc('prio', { bands: 3, priomap: [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] }, ''),
  qdisc(
    'prio',
    { bands: 5, priomap: [4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
    'bands 5 priomap 4 3 2 1 0 0 0 0 0 0 0 0 0 0 0 1',
  ),
  qdisc('tbf', { rate: MBIT, burst: 16_000, limit: 20_000 }, 'rate 1mbit burst 16000 limit 20000'),
  qdisc('tbf', { rate: MBIT, burst: 16_000, latency: 50_000 }, 'rate 1mbit burst 16000 latency 50ms'),
  qdisc(
    'tbf',
    {
      rate: MBIT,
      burst: 16_000,
      limit: 20_000,
      peakrate: 2 * MBIT,
      mtu: 3200,
      mpu: 64,
      overhead: 8,
      linklayer: 'atm',
    },
    'rate 1mbit burst 16000 limit 20000 peakrate 2mbit mtu 3200 mpu 64 overhead 8 linklayer atm',
  ),
  qdisc(
    'tbf',
    { rate: 8e9, burst: 1_024_000, limit: 2_000_000, peakrate: 16e9, mtu: 64_000 },
    'rate 64gbit burst 1024000 limit 2000000 peakrate 128gbit mtu 64000',
  ),
  qdisc('htb', undefined, ''),
  qdisc('htb', { defcls: 0x20, rate2quantum: 5, directQlen: 99 }, 'default 20 r2q 5 direct_qlen 99'),
  {
    object: 'qdisc',
    spec: { handle: '1:', kind: 'htb', rate: { interval: 0, ewmaLog: 3 } },
    tc: 'qdisc add dev x root handle 1: estimator 1sec 8sec htb',
  },
  {
    object: 'qdisc',
    spec: {
      handle: '1:',
      kind: 'htb',
      stab: {
        base: { cellLog: 5, cellAlign: -1, overhead: 24, linklayer: 'atm', mpu: 64, mtu: 256, tsize: 16 },
        // cells of 53 bytes
        data: [2, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11].map((cells) => cells * 53),
      },
    },
    tc: 'qdisc add dev x root handle 1: stab overhead 24 mpu 64 linklayer atm mtu 256 tsize 16 htb',
  },
  qdisc('fq_codel', {}, ''),
  qdisc(
    'fq_codel',
    {
      target: 6000,
      limit: 2000,
      interval: 90_000,
      ecn: false,
      flows: 512,
      quantum: 1400,
      ceThreshold: 3000,
      dropBatchSize: 32,
      memoryLimit: 1 << 20,
      ceThresholdSelector: 1,
      ceThresholdMask: 3,
    },
    'target 6ms limit 2000 interval 90ms noecn flows 512 quantum 1400 ce_threshold 3ms drop_batch 32 memory_limit 1m ce_threshold_selector 1/3',
  ),
  qdisc('fq', {}, ''),
  qdisc(
    'fq',
    {
      plimit: 9000,
      flowPlimit: 90,
      quantum: 2800,
      initialQuantum: 14_000,
      rateEnable: false,
      flowMaxRate: 100 * MBIT,
      bucketsLog: 9,
      flowRefillDelay: 30_000,
      orphanMask: 511,
      lowRateThreshold: MBIT,
      ceThreshold: 4000,
      timerSlack: 20_000,
      horizon: 5_000_000,
      horizonDrop: false,
    },
    'limit 9000 flow_limit 90 quantum 2800 initial_quantum 14000 nopacing maxrate 100mbit buckets 512 refill_delay 30ms ' +
      'orphan_mask 511 low_rate_threshold 1mbit ce_threshold 4ms timer_slack 20us horizon 5s horizon_cap',
  ),
  qdisc(
    'fq',
    {
      priomap: { bands: 3, priomap: [0, 1, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1] },
    },
    // `tc` cannot read the weights that it prints
    'bands 3 priomap 0 1 2 2 1 2 0 0 1 1 1 1 1 1 1 1',
    ['tc:fq priomap'],
  ),
  qdisc('fq', { offloadHorizon: 0 }, 'offload_horizon 0', ['tc:fq offload_horizon']),
  qdisc('netem', undefined, ''),
  qdisc(
    'netem',
    {
      limit: 500,
      latency: 10_000_000n,
      jitter: 1_000_000n,
      corr: { delay: 0.25, loss: 0.5 },
      loss: 0.25,
      duplicate: 0.5,
      corrupt: { probability: 0.125, correlation: 0 },
      gap: 5,
      reorder: { probability: 0.5, correlation: 0.25 },
      ecn: true,
    },
    'limit 500 delay 10ms 1ms 25% loss random 25% 50% duplicate 50% corrupt 12.5% reorder 50% 25% gap 5 ecn',
  ),
  qdisc(
    'netem',
    { rate: { rate: MBIT, packetOverhead: 20, cellSize: 48, cellOverhead: 5 }, latency: 0n, jitter: 0n },
    'rate 1mbit 20 48 5',
  ),
  qdisc('netem', { rate: { rate: 0xffff_ffff }, rate64: 8e9 }, 'rate 64gbit'),
  qdisc(
    'netem',
    { lossModel: { gi: { p13: 0.25, p31: 0.5, p32: 0.125, p23: 0.75, p14: 0.0625 } } },
    'loss state 25% 50% 12.5% 75% 6.25%',
  ),
  qdisc('netem', { lossModel: { ge: { p: 0.25, r: 0.5, h: 0.125, k1: 0.0625 } } }, 'loss gemodel 25% 50% 87.5% 6.25%'),
  qdisc(
    'netem',
    { slot: { minDelay: 1_000_000n, maxDelay: 2_000_000n, maxPackets: 5, maxBytes: 6000 } },
    'slot 1ms 2ms packets 5 bytes 6000',
  ),
  qdisc('netem', { latency: 5_000_000n, prngSeed: 42n }, 'delay 5ms seed 42', ['tc:netem seed']),
]

const root = ['qdisc add dev x root handle 1: htb default 10']
const htbClass = (options: object, tc: string): TcRow => ({
  object: 'class',
  before: root,
  spec: { kind: 'htb', parent: '1:', handle: '1:10', options },
  tc: `class add dev x parent 1: classid 1:10 htb ${tc}`,
  needs: ['qdisc:htb'],
})

const classes: readonly TcRow[] = [
  htbClass({ rate: MBIT }, 'rate 1mbit'),
  htbClass(
    { rate: MBIT, ceil: 2 * MBIT, burst: 16_000, cburst: 32_000, prio: 3, quantum: 3000 },
    'rate 1mbit ceil 2mbit burst 16000 cburst 32000 prio 3 quantum 3000',
  ),
  htbClass(
    { rate: MBIT, burst: 16_000, cburst: 16_000, mtu: 9000, mpu: 64, overhead: 8, linklayer: 'atm' },
    'rate 1mbit burst 16000 cburst 16000 mtu 9000 mpu 64 overhead 8 linklayer atm',
  ),
  htbClass(
    { rate: 8e9, ceil: 16e9, burst: 1_024_000, cburst: 2_048_000, quantum: 60_000 },
    'rate 64gbit ceil 128gbit burst 1024000 cburst 2048000 quantum 60000',
  ),
]

export const rows: readonly TcRow[] = [...qdiscs, ...classes].map((row) =>
  row.object === 'qdisc' ? { ...row, needs: [`qdisc:${row.spec.kind}` as const, ...(row.needs ?? [])] } : row,
)
