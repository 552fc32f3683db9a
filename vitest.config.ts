import { defineConfig } from 'vitest/config';

/** Left out of `npm run check`, which is to stay quick: the page in a browser, the comparison with the kernel. */
const SLOW = ['test/e2e/**', ...(process.env.DRYDOCK_ALL ? [] : ['test/differential/**'])];

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], exclude: SLOW, environment: 'node', testTimeout: 60000 },
});
