/** Reads so many records of a ring in a worker, and tells their number, the sum of theirs, and what is left open. */
import { parentPort, workerData } from 'node:worker_threads'
import { RingReader } from '../../../../src/bpf/readers/index.ts'
import { Fd, openDescriptors } from '../../../../src/sys/index.ts'
import { numbers } from './producer.ts'

const { fd, count } = workerData as { fd: number; count: number }

async function main(): Promise<void> {
  // The main thread owns the descriptor: what the worker makes of the number is never closed here.
  const map = { fd: Fd.own(fd) }
  let seen = 0
  let sum = 0
  {
    using reader = RingReader.open(map, { decode: numbers })
    parentPort?.postMessage('ready')
    for await (const number of reader) {
      sum += number
      if (++seen === count) break
    }
  }
  map.fd.disown()
  parentPort?.postMessage({ count: seen, sum, descriptors: openDescriptors() })
}

void main()
