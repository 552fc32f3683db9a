import { defineConfig } from 'vitest/config';

/** The page in a browser has a configuration of its own. */
const PAGE = ['test/e2e/**'];

/** Left out of `npm run check`, which is to stay quick; `npm test` sets DRYDOCK_ALL and plays them too. */
const SLOW = [
  'test/differential/**',
  'test/property/**',
  'test/golden/packets.test.ts',
  'test/lab/fuzz.test.ts',
  'test/node/{capture,uplink}.test.ts',
  'test/wasm/capacity.test.ts',
  'test/wasm/tcp/matrix.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env.DRYDOCK_ALL ? PAGE : [...PAGE, ...SLOW],
    environment: 'node',
    maxWorkers: '100%',
    testTimeout: 60000,
    hookTimeout: 120000,
  },
});
