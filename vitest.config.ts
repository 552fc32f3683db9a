import { defineConfig } from 'vitest/config';

/** The page in a browser has a configuration of its own. */
const PAGE = ['test/e2e/**'];

/** Left out of `npm run check`, which is to stay quick; `npm test` sets DRYDOCK_ALL and plays them too. */
const SLOW = [
  'test/course/lessons/**',
  'test/differential/**',
  'test/property/**',
  'test/golden/{cli,packets}.test.ts',
  'test/lab/fuzz.test.ts',
  'test/lab/log/sitting.test.ts',
  'test/node/{capture,check,clients,replay,uplink}.test.ts',
  'test/wasm/capacity.test.ts',
  'test/wasm/tcp/matrix.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: process.env.DRYDOCK_ALL ? PAGE : [...PAGE, ...SLOW],
    environment: 'node',
    globalSetup: 'test/setup.ts',
    maxWorkers: '100%',
    // Modules keep no state of labs: the files of a worker share them, and what the engine has compiled of them.
    isolate: false,
    // What was transformed once is kept for the next run.
    experimental: { fsModuleCache: true, fsModuleCachePath: '.cache/vitest' },
    // Only what hangs meets these: how long a test takes is for the benchmarks.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
