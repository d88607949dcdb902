import { defineConfig } from 'vitest/config'

// Two suites of one shape: `unit` is pure and runs anywhere; `kernel` needs root and a kernel, makes its own namespaces,
// and runs in one process without isolation per file, as a process costs seconds in the emulated machine.
export default defineConfig({
  test: {
    // transformed files are kept in node_modules: a run on this machine makes them for the emulated one, where it takes minutes
    experimental: { fsModuleCache: true },
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
