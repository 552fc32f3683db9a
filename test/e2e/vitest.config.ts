import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    environment: 'node',
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // A page mostly waits for its lab's clock; more than two at once would wait for the processor.
    maxWorkers: 2,
  },
});
