// Compiles wasm/assembly to dist/core.wasm with AssemblyScript, unless nothing has changed since the last time.
// Usage: node scripts/wasm.mjs [--force] [--bench]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fresh, root } from './fresh.mjs';

/** stub: the runtime never frees anything; the core keeps all of its state in linear memory by itself. */
const OPTIONS = ['--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort=', ...(process.env.DEBUG_NAMES ? ['--debug'] : [])];

/** What asc uses by default, and every browser of the last years has. */
const FEATURES = ({ Features: f }) => f.MutableGlobals | f.SignExt | f.NontrappingFPToInt | f.BulkMemory | f.BulkMemoryOpt;

async function compile(entry, output) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main([entry, '--outFile', output, '--baseDir', root, ...OPTIONS]);
  process.stderr.write(stderr.toString());
  if (error) throw error;
  if (!process.env.NOINLINE) await inline(join(root, output));
}

/** Inlines across the whole module, which asc leaves out: a packet crosses some fifty small functions. */
async function inline(file) {
  const { default: binaryen } = await import('binaryen');
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(FEATURES(binaryen));
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setDebugInfo(!!process.env.DEBUG_NAMES);
  binaryen.setAlwaysInlineMaxSize(+(process.env.AI ?? 40));
  binaryen.setFlexibleInlineMaxSize(+(process.env.FI ?? 100));
  binaryen.setOneCallerInlineMaxSize(+(process.env.OC ?? 1000));
  module.optimize();
  writeFileSync(file, module.emitBinary());
}

/** Brings dist/core.wasm up to date. @throws Error with the compiler's message */
export async function buildWasm() {
  await fresh('dist/core.wasm', ['wasm', 'scripts/wasm.mjs'], OPTIONS, () => compile('wasm/assembly/index.ts', 'dist/core.wasm'));
}

/** Brings dist/core-bench.wasm up to date: the same core with a source and a sink beside it. */
export async function buildBenchWasm() {
  await fresh('dist/core-bench.wasm', ['wasm', 'scripts/wasm.mjs'], OPTIONS, () => compile('wasm/bench/index.ts', 'dist/core-bench.wasm'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await (process.argv.includes('--bench') ? buildBenchWasm() : buildWasm());
