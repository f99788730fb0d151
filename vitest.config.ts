import { defineConfig } from 'vitest/config';

// Fast tests by default; `npm test` runs the slower projects (real servers, browsers, journeys) after them.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    // More than the two cores of the smallest machine: most of the time a test waits for a program, a clock or a disk.
    maxWorkers: 3,
    // Real servers, browsers and kernels on two shared cores: what failed once is played once more. A fault fails twice.
    retry: process.env['CI'] === 'true' ? 1 : 0,
  },
});
