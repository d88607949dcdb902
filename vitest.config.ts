import { defineConfig } from 'vitest/config'

// Two suites of one shape: `unit` is pure and runs anywhere, `kernel` needs root and a kernel and makes its own namespaces.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000, execArgv: ['--expose-gc'] } },
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          execArgv: ['--expose-gc'],
        },
      },
    ],
  },
})
