// Compiles wasm/assembly to dist/core.wasm with AssemblyScript and inlines with Binaryen, unless nothing has changed
// since the last time. Usage: node scripts/wasm.mjs [--force] [--bench] [--debug]
//   --bench: also dist/core-bench.wasm, the same core with a source and a sink of packets beside it, and
//            dist/core-bench-untraced.wasm, the same without what trace costs
//   --debug: with the names of functions, for profiles
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fresh, root } from './fresh.mjs';

const debug = process.argv.includes('--debug');

/**
 * stub: the runtime never frees anything; the core keeps all of its state in linear memory by itself. debug: names,
 * which inlining goes by and the last step leaves out.
 */
const OPTIONS = ['--runtime', 'stub', '-O3', '--noAssert', '--use', 'abort=', '--debug'];

/** What asc uses by default, and every browser of the last years has. */
const features = ({ Features: f }) =>
  f.MutableGlobals | f.SignExt | f.NontrappingFPToInt | f.BulkMemory | f.BulkMemoryOpt;

/** Sizes, in Binaryen's units, up to which functions are inlined: always; where that enables more; with one caller. */
const INLINE = { always: 8, flexible: 12, oneCaller: 100 };
/** The same for what each packet crosses. */
const INLINE_HOT = { always: 100, flexible: 300, oneCaller: 10000 };

/** Where the functions are that each packet of a remembered flow crosses. */
const HOT = [
  'dev/xmit/',
  'flow/',
  'sim/clock/',
  'sim/loop/',
  'sim/pool/',
  'sim/work/',
  'sock/demux/',
  'sock/dgram/',
  'sock/input/',
  'sock/ring/',
  'sock/tcpnet/',
  'sock/udp/',
  'wire/',
].map((place) => `wasm/assembly/${place}`);

function limits(binaryen, { always, flexible, oneCaller }) {
  binaryen.setAlwaysInlineMaxSize(always);
  binaryen.setFlexibleInlineMaxSize(flexible);
  binaryen.setOneCallerInlineMaxSize(oneCaller);
}

/** Forbids that anything but what each packet crosses is inlined further. Pre: functions have names. */
function coolDown(binaryen, module) {
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const { name } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    if (HOT.some((place) => name.startsWith(place))) continue;
    binaryen.setPassArgument('no-inline', name);
    module.runPasses(['no-inline']);
  }
}

/** Inlines across the whole module, which asc leaves out: a packet crosses a hundred small functions. */
async function inline(file) {
  const { default: binaryen } = await import('binaryen');
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(features(binaryen));
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(1);
  binaryen.setDebugInfo(true);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  limits(binaryen, INLINE);
  module.optimize();
  coolDown(binaryen, module);
  limits(binaryen, INLINE_HOT);
  binaryen.setOptimizeLevel(3);
  module.optimize();
  binaryen.setDebugInfo(debug);
  writeFileSync(file, module.emitBinary());
}

/** @param edit what to make of a source before it is compiled */
async function compile(entry, output, edit) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const read = (name, dir) => {
    try {
      return edit(readFileSync(join(dir, name), 'utf8'));
    } catch {
      return null;
    }
  };
  const args = [entry, '--outFile', output, '--baseDir', root, ...OPTIONS];
  const { error, stderr } = await asc.main(args, edit ? { readFile: read } : {});
  process.stderr.write(stderr.toString());
  if (error) throw error;
  await inline(join(root, output));
}

const build = (output, entry, edit) =>
  fresh(output, ['wasm', 'scripts/wasm.mjs'], [output, String(debug), ...OPTIONS], () => compile(entry, output, edit));

/** Brings dist/core.wasm up to date. @throws Error with the compiler's message */
export async function buildWasm() {
  await build('dist/core.wasm', 'wasm/assembly/index.ts');
}

/** Brings the cores that benchmarks run up to date. */
export async function buildBenchWasm() {
  await build('dist/core-bench.wasm', 'wasm/bench/index.ts');
  // Without its bit no packet is ever traced, and all that asks for it is left out.
  const untraced = (text) => text.replace('PF_TRACE: u32 = 1;', 'PF_TRACE: u32 = 0;');
  await build('dist/core-bench-untraced.wasm', 'wasm/bench/index.ts', untraced);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildWasm();
  if (process.argv.includes('--bench')) await buildBenchWasm();
}
