// npm run check: the fast part of the tests — format, lint, types, layers, units, golden transcripts.
import { spawn } from 'node:child_process';
import { root } from './fresh.mjs';
import { installPackages } from './install.mjs';

installPackages();
const { buildNode } = await import('./node.mjs');
await buildNode();

const bin = (name) => `node_modules/.bin/${name}`;
const STEPS = [
  ['format and lint', bin('biome'), ['ci', '.']],
  // The compiler that svelte-check wants has this name too: the native one is meant, which takes a fifth of the time.
  ['types', 'node_modules/@typescript/native/bin/tsc', ['-b']],
  [
    'types of the page',
    bin('svelte-check'),
    ['--tsconfig', 'src/web/tsconfig.json', '--fail-on-warnings', '--output', 'machine'],
  ],
  ['tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', '--outputFile.json=.cache/checks.json']],
];

/** Runs one step with its output kept until it ends. @returns whether it passed */
function step([name, command, args]) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, FORCE_COLOR: '0' } });
    let output = '';
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      if (code !== 0 || name === 'tests') console.log(output.trim());
      resolve(code === 0);
    });
  });
}

/** Runs steps one after the other. @returns whether all passed */
async function chain(steps) {
  let passed = true;
  for (const each of steps) passed = (await step(each)) && passed;
  return passed;
}

// The tests take every processor; what runs beside them takes turns.
const [format, types, page, tests] = STEPS;
const [before, held] = await Promise.all([chain([format, types, page]), step(tests)]);
/** 0: all is well; 2: only tests failed; 1: something else did. */
process.exit(before ? (held ? 0 : 2) : 1);
