// npm run bench [-- core|docker|page] [--json]: benchmarks; prints a table, never a pass or fail.
import { installPackages } from './install.mjs';

installPackages();
const { buildNode } = await import('./node.mjs');
await buildNode();
const { buildBenchWasm } = await import('./wasm.mjs');
if (process.argv.includes('page')) await import('./build.mjs');
else await buildBenchWasm();
const { main } = await import('../dist/node/main.js');
process.exitCode = await main(['bench', ...process.argv.slice(2)]);
