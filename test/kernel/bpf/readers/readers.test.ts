import {
  type EventReader,
  type GroupRecord,
  PerfReader,
  type PerfRecord,
  RingGroup,
  RingReader,
} from '../../../../src/bpf/readers/index.ts'
import { type ReaderSetup, testReader } from './conformance.ts'
import { createMap, createRing, everySecond, numbers, Producer, type TestMap, toEither, toPerf } from './producer.ts'

const RING = 64 * 1024

/** The reader, the program and the maps of a row, closed together. */
function together<T>(
  reader: EventReader<T>,
  numberOf: (value: T) => number | undefined,
  producer: Producer,
  ...maps: readonly TestMap[]
): ReaderSetup {
  return {
    reader,
    numberOf: (value) => numberOf(value as T),
    send: (count) => producer.send(count),
    sendAsync: (count) => producer.sendAsync(count),
    refused: () => producer.refused,
    [Symbol.dispose]() {
      reader.close()
      producer[Symbol.dispose]()
      for (const map of maps) map[Symbol.dispose]()
    },
  }
}

const itself = (number: number): number => number

testReader({
  name: 'a ring buffer',
  refuses: true,
  setup() {
    const map = createRing(RING)
    return together(RingReader.open(map, { decode: numbers }), itself, new Producer(map, 64), map)
  },
})

testReader({
  name: 'a ring buffer with records that were taken back',
  refuses: true,
  arrive: (number) => number % 2 === 0,
  setup() {
    const map = createRing(RING)
    return together(RingReader.open(map, { decode: numbers }), itself, new Producer(map, 40, everySecond), map)
  },
})

testReader({
  name: 'a ring buffer that overwrites its oldest records',
  refuses: false,
  needs: ['btf:BPF_F_RB_OVERWRITE'],
  setup() {
    const map = createRing(RING, 1 << 19)
    return together(RingReader.open(map, { decode: numbers }), itself, new Producer(map, 64), map)
  },
})

testReader({
  name: 'a group of ring buffers',
  refuses: true,
  ordered: false,
  setup() {
    const maps = [createRing(RING), createRing(RING)] as const
    const reader = new RingGroup(maps.map((map) => RingReader.open(map, { decode: numbers })))
    const producer = new Producer(maps[0], 64, toEither(maps[1].fd.number))
    return together(reader, ({ value }: GroupRecord<number>) => value, producer, ...maps)
  },
})

const perf = (overwrite: boolean) => () => {
  const map = createMap('perf_event_array', { keySize: 4, valueSize: 4, maxEntries: 64 })
  const reader = PerfReader.open(map, { decode: numbers, perCpuBytes: RING, overwrite })
  const producer = new Producer(map, 60, toPerf)
  const numberOf = (record: PerfRecord<number>) => (record.kind === 'sample' ? record.value : undefined)
  return together(reader, numberOf, producer, map)
}

testReader({ name: 'perf buffers', refuses: true, ordered: false, setup: perf(false) })
testReader({ name: 'perf buffers that overwrite', refuses: false, ordered: false, setup: perf(true) })
