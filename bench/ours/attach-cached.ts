/** {@link ./attach.ts} with V8's code cache on disk, for a tool that starts often. Node 22 has it; Node 20 starts as ever. */
import module from 'node:module'
;(module as { enableCompileCache?: () => unknown }).enableCompileCache?.()
await import('./attach.ts')
