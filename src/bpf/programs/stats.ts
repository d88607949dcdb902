/**
 * Statistics of running programs.
 *
 * @module
 */
import { type Fd } from '../../sys/index.ts'
import { EnableStats } from '../attrs/index.ts'
import { bpfFd } from '../call.ts'
import { missingCapabilities } from '../privileges.ts'

/** `BPF_STATS_RUN_TIME` */
const RUN_TIME = 0

/**
 * Has the kernel count how often and how long every program runs (`BPF_ENABLE_STATS`), until what it gives is closed by everybody who asked:
 * `Program.info()` tells `runCount` and `runTime`. Costs each run some 20 ns. Needs CAP_SYS_ADMIN. The caller closes it.
 */
export function enableStats(): Fd {
  return bpfFd(EnableStats, { type: RUN_TIME }, 'the statistics of programs', (code) => ({
    attempted: 'count the runs of programs',
    hint: code === 'EPERM' ? missingCapabilities(['CAP_SYS_ADMIN']) : undefined,
  }))
}
