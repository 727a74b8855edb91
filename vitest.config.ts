import { defineConfig } from 'vitest/config';

/** One project per folder of tests; processes instead of threads, because Temporal's native core needs them. */
const project = (name: string, timeoutMs: number, maxWorkers = 2) => ({
  test: {
    name,
    include: [`tests/${name}/**/*.test.ts`],
    pool: 'forks' as const,
    testTimeout: timeoutMs,
    hookTimeout: 120_000,
    maxWorkers,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000),
      project('contract', 30_000),
      project('integration', 60_000),
      project('workflow', 60_000, 1),
      project('replay', 60_000, 1),
      project('e2e', 180_000),
      project('chaos', 300_000, 1),
    ],
  },
});
