import { defineConfig } from 'vitest/config'

/**
 * `unit` answers while you type: the packages, the game, the tools.
 * `e2e` runs a whole node with real sockets, databases and a browser: one file at a time, because they share the machine.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.{ts,tsx}',
            'apps/*/test/**/*.test.{ts,tsx}',
            'testing/test/**/*.test.ts',
            'benches/test/**/*.test.ts',
            'tools/test/**/*.test.mjs',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.e2e.test.*'],
          // Enough for a file that starts PostgreSQL on a two-core machine.
          testTimeout: 30_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['testing/test/**/*.e2e.test.ts', 'apps/*/test/**/*.e2e.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      reportsDirectory: 'coverage',
    },
  },
})
