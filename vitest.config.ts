import { defineConfig } from 'vitest/config'

// Two suites of one shape: `unit` is pure and runs anywhere; `kernel` needs root and a kernel, makes its own namespaces,
// and runs in one process without isolation per file, as a process costs seconds in the emulated machine.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          execArgv: ['--expose-gc'],
        },
      },
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          setupFiles: ['test/kernel/leaks.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: 'forks',
          isolate: false,
          fileParallelism: false,
          execArgv: ['--expose-gc'],
        },
      },
    ],
  },
})
