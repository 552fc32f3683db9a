import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    environment: 'node',
    testTimeout: 180000,
    hookTimeout: 180000,
    // A page mostly waits for its lab's clock; more than two at once would wait for the processor.
    maxWorkers: 2,
  },
});
