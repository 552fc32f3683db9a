// Compiles wasm/assembly to dist/core.wasm with AssemblyScript and optimizes with Binaryen, unless nothing has changed
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
 * which HOT goes by and the last step leaves out. All optimizing is Binaryen's, below.
 */
const OPTIONS = ['--runtime', 'stub', '-O0', '--noAssert', '--use', 'abort=', '--debug'];

/** What asc uses by default, and every browser of the last years has. */
const features = ({ Features: f }) =>
  f.MutableGlobals | f.SignExt | f.NontrappingFPToInt | f.BulkMemory | f.BulkMemoryOpt;

/** Sizes, in Binaryen's units, up to which functions are inlined: always; where that enables more; with one caller. */
const INLINE = { always: 6, flexible: 6, oneCaller: 200 };
/** The same inside of what each packet crosses. */
const INLINE_HOT = { always: 160, flexible: 300, oneCaller: 1000 };

/**
 * What each packet of a remembered flow crosses, by room: the bodies of these functions (or of all in a file) are made for
 * speed, all others small.
 */
const HOT = Object.entries({
  bench: [''],
  'assembly/dev': [
    'flood/',
    'xmit/devStart',
    'xmit/devXmit',
    'xmit/tap',
    'vfdb/vfdbFind',
    'vxlan/encap',
    'vxlan/vxlanInput',
    'vxlan/vxlanXmit',
  ],
  'assembly/flow': ['deliver/', 'frame/', 'memo/', 'outer/', 'replay/'],
  'assembly/ip': ['input/ip4ToSocket'],
  'assembly/nf': ['conntrack/ctCalm', 'conntrack/ctSeen', 'conntrack/update'],
  'assembly/sim': [
    'clock/',
    'loop/drain',
    'pool/clear',
    'pool/pktAlloc',
    'pool/pktFree',
    'pool/pktRoom',
    'pool/pktScrub',
    'pool/scrub',
    'ring/eventPush',
    'work/',
  ],
  'assembly/sock': [
    'api/recvFrom',
    'dgram/',
    'input/udpInputTo',
    'input/udpQueue',
    'input/udpSocket',
    'ring/',
    'udp/udpDeliver',
  ],
  'assembly/wire': ['checksum/'],
}).flatMap(([room, places]) => places.map((place) => `wasm/${room}/${place}`));

/** What hot bodies call seldom: it stays a call, so that they do not swell. */
const COLD = [
  'dev/bridge/*',
  'flow/record/*',
  'sim/pool/pktDrop',
  'sim/stat/*',
  'sim/timer/*',
  'sim/trace*',
  'sock/trace/*',
].map((place) => `wasm/assembly/${place}`);

/** The same, of one caller each: they would be inlined by the first, small round already. */
const APART = [
  'dev/bridge/bridgeXmit',
  'dev/flood/arrive',
  'dev/upper/upperXmit',
  'dev/xmit/show',
  'dev/xmit/trace*',
  'flow/deliver/land',
  'flow/replay/seen',
  'flow/replay/tracked',
  'flow/replay/young',
].map((place) => `wasm/assembly/${place}`);

function limits(binaryen, { always, flexible, oneCaller }) {
  binaryen.setAlwaysInlineMaxSize(always);
  binaryen.setFlexibleInlineMaxSize(flexible);
  binaryen.setOneCallerInlineMaxSize(oneCaller);
}

function read(binaryen, bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(features(binaryen));
  return module;
}

/** Has calls of some functions stay calls. */
function keep(binaryen, module, places) {
  for (const place of places) {
    binaryen.setPassArgument('no-inline', place);
    module.runPasses(['no-inline']);
  }
  binaryen.setPassArgument('no-inline', null);
}

/** Gives the hot functions of a module the bodies they have in a copy of it in which all that is small is inlined. */
function heat(binaryen, module) {
  const copy = read(binaryen, module.emitBinary());
  limits(binaryen, INLINE_HOT);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  keep(binaryen, copy, [...COLD, ...APART]);
  copy.runPasses(['inlining-optimizing']);
  for (let i = 0; i < copy.getNumFunctions(); i++) {
    const { name, params, results, vars, body } = binaryen.getFunctionInfo(copy.getFunctionByIndex(i));
    if (!HOT.some((place) => name.startsWith(place))) continue;
    module.removeFunction(name);
    module.addFunction(name, params, results, vars, module.copyExpression(body));
  }
  copy.dispose();
}

/** Makes a module small, but for what each packet crosses: there the calls of a hundred small functions are left out. */
async function optimize(file) {
  const { default: binaryen } = await import('binaryen');
  const module = read(binaryen, readFileSync(file));
  const small = () => {
    limits(binaryen, INLINE);
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(2);
  };
  binaryen.setDebugInfo(true);
  // Nothing lies below 1024 (layout.ts), so a small constant that is added to an address becomes its offset.
  binaryen.setLowMemoryUnused(true);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  keep(binaryen, module, APART);
  small();
  module.optimize();
  heat(binaryen, module);
  small();
  module.runPasses([
    'inlining-optimizing',
    'duplicate-function-elimination',
    'remove-unused-module-elements',
    'reorder-functions-by-name',
  ]);
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
  await optimize(join(root, output));
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
