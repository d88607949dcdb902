/**
 * What a qdisc was told, under the names and in the units of `tc`.
 *
 * @module
 */
import type { Qdisc } from '../../netlink/index.ts'
import { type Json, pick, plain } from './plain.ts'

/** What the options of a kind are. */
type Options<K extends string> = NonNullable<Extract<Qdisc, { kind: K }>['options']>

const NONE = 0xffff_ffff
const seconds = (ns: bigint | undefined): number => Number(ns ?? 0n) / 1e9

/** A member that is there only where it says something. */
const unless = (said: boolean, json: Json): Json => (said ? {} : json)

/** A number as `tc` prints it: six digits. */
const digits = (value: number): number => Number(value.toPrecision(6))

/** A probability with how much the next depends on the last. */
const likely = (name: string, value: number, correlation = 0): Json =>
  unless(value === 0, { [name]: { [name.replace('-random', '')]: digits(value), correlation: digits(correlation) } })

const KIB = 1024

/** Bytes as `tc` prints them in a text: in larger units where they come out even, nearly. */
function size(bytes: number): string {
  const near = (unit: number, by: number): boolean =>
    bytes >= unit && Math.abs(unit * Math.round(bytes / unit) - bytes) < by
  if (near(KIB * KIB, KIB)) return `${Math.round(bytes / (KIB * KIB))}Mb`
  return near(KIB, 16) ? `${Math.round(bytes / KIB)}Kb` : `${bytes}b`
}

function tbf(options: Options<'tbf'>): Json {
  const { rate, burst, limit, peakrate, mtu, mpu = 0, overhead, linklayer = 'ethernet' } = options
  const wait = (bytes: number, perSecond: number, ahead: number): number =>
    Math.trunc(((bytes - ahead) * 1e6) / perSecond)
  const lat = wait(limit, rate, burst)
  return {
    rate,
    burst: `${size(burst)}/1`,
    mpu,
    ...(mtu === undefined ? {} : { mtu: `${size(mtu)}/1` }),
    lat: peakrate === undefined ? lat : Math.max(lat, wait(limit, peakrate, mtu ?? 0)),
    ...(overhead === undefined ? {} : { overhead }),
    linklayer,
  }
}

const rounded = (values: Readonly<Record<string, number>>): Json =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digits(value)]))

function netem(options: Options<'netem'>): Json {
  const { limit, latency, jitter, loss, gap, duplicate, corr, reorder, corrupt, rate, rate64, ecn, slot, prngSeed } =
    options
  const { gi, ge } = options.lossModel ?? {}
  return {
    limit,
    ...unless(latency === undefined || latency === 0n, {
      delay: { delay: seconds(latency), jitter: seconds(jitter), correlation: digits(corr?.delay ?? 0) },
    }),
    ...(gi === undefined ? {} : { 'loss-state': rounded(gi) }),
    ...(ge === undefined ? {} : { 'loss-gemodel': rounded({ p: ge.p, r: ge.r, '1-h': 1 - ge.h, '1-k': ge.k1 }) }),
    ...likely('loss-random', loss, corr?.loss),
    ...likely('duplicate', duplicate, corr?.duplicate),
    ...likely('reorder', reorder?.probability ?? 0, reorder?.correlation),
    ...likely('corrupt', corrupt?.probability ?? 0, corrupt?.correlation),
    ...unless((rate?.rate ?? 0) === 0, {
      rate: {
        rate: rate64 ?? rate?.rate,
        packetoverhead: rate?.packetOverhead,
        cellsize: rate?.cellSize,
        celloverhead: rate?.cellOverhead,
      },
    }),
    ...(slot === undefined
      ? {}
      : {
          slot: {
            'min-delay': seconds(slot.minDelay),
            'max-delay': seconds(slot.maxDelay),
            ...unless(slot.maxPackets === 0, { packets: slot.maxPackets }),
            ...unless(slot.maxBytes === 0, { bytes: slot.maxBytes }),
          },
        }),
    ...(prngSeed === undefined ? {} : { seed: Number(prngSeed) }),
    ecn: ecn ?? false,
    gap,
  }
}

function fq(options: Options<'fq'>): Json {
  const { bucketsLog, rateEnable, flowMaxRate = NONE, lowRateThreshold, ceThreshold = NONE, horizonDrop } = options
  return {
    ...pick(options, {
      plimit: 'limit',
      flowPlimit: 'flow_limit',
      orphanMask: 'orphan_mask',
      quantum: 'quantum',
      initialQuantum: 'initial_quantum',
      flowRefillDelay: 'refill_delay',
      timerSlack: 'timer_slack',
      horizon: 'horizon',
      weights: 'weights',
      offloadHorizon: 'offload_horizon',
    }),
    ...(bucketsLog === undefined ? {} : { buckets: 2 ** bucketsLog }),
    ...options.priomap,
    ...unless(rateEnable !== false, { pacing: false }),
    ...unless(flowMaxRate === NONE, { maxrate: flowMaxRate }),
    ...unless((lowRateThreshold ?? 0) === 0, { low_rate_threshold: lowRateThreshold }),
    ...unless(ceThreshold === NONE, { ce_threshold: ceThreshold }),
    ...(horizonDrop === undefined ? {} : { [horizonDrop ? 'horizon_drop' : 'horizon_cap']: null }),
  }
}

function htb({ defcls, rate2quantum, version, directPkts, directQlen }: Options<'htb'>): Json {
  return {
    r2q: rate2quantum,
    default: defcls === 0 ? '0' : `0x${defcls.toString(16)}`,
    direct_packets_stat: directPkts,
    ver: `${version >>> 16}.${version & 0xffff}`,
    ...(directQlen === undefined ? {} : { direct_qlen: directQlen }),
  }
}

const FQ_CODEL = {
  limit: 'limit',
  flows: 'flows',
  quantum: 'quantum',
  target: 'target',
  ceThreshold: 'ce_threshold',
  ceThresholdSelector: 'ce_threshold_selector',
  ceThresholdMask: 'ce_threshold_mask',
  interval: 'interval',
  memoryLimit: 'memory_limit',
  dropBatchSize: 'drop_batch',
} as const

/** The options of a qdisc as `tc -details -json` has them; without any, an empty object. */
export function qdiscOptions({ kind, options }: Qdisc): Json {
  if (options === undefined) return {}
  switch (kind) {
    case 'tbf':
      return tbf(options as Options<'tbf'>)
    case 'netem':
      return netem(options as Options<'netem'>)
    case 'fq':
      return fq(options as Options<'fq'>)
    case 'htb':
      return htb(options as Options<'htb'>)
    case 'fq_codel':
      return { ...pick(options, FQ_CODEL), ...unless((options as Options<'fq_codel'>).ecn !== true, { ecn: true }) }
    case 'prio':
    case 'pfifo_fast':
      return { ...options, multiqueue: false }
    default:
      return plain(options) as Json
  }
}
