// npm run fuzz [-- --count N] [--seed S]: plays N random networks (1000), from seed S on (1), in the lab and in network
// namespaces of the kernel this runs on. Prints each difference with the seed that shows it; ends with 1 if there is one.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Networks that one run of the test plays: their results are held in memory. */
const BATCH = 500;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || seed < 0) {
  console.error('fuzz: --count and --seed are whole numbers');
  process.exit(2);
}
let failed = false;
for (let first = seed; first < seed + count; first += BATCH) {
  const n = Math.min(BATCH, seed + count - first);
  console.log(`seeds ${first} to ${first + n - 1}`);
  const env = { ...process.env, DRYDOCK_ALL: '1', DRYDOCK_TOPOLOGIES: String(n), DRYDOCK_SEED: String(first) };
  const argv = [
    'vitest',
    'run',
    'test/differential',
    '--reporter=dot',
    '--silent=false',
    '--disable-console-intercept',
  ];
  failed = spawnSync('npx', argv, { stdio: 'inherit', env }).status !== 0 || failed;
}
process.exitCode = failed ? 1 : 0;
