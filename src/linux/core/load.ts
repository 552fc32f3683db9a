/**
 * Loads the packet core and composes its face from the parts by concern.
 * Limits: wasm traps are bugs and are thrown; the memory of a core never shrinks.
 */
import { captureFace } from './capture.ts';
import type { Core } from './core.ts';
import { devFace } from './dev.ts';
import { becomeDouble, stateOf } from './double.ts';
import { buildOf, Imager } from './image.ts';
import { ipFace } from './ip.ts';
import { ipvsFace } from './ipvs.ts';
import { Memory } from './memory.ts';
import { nfFace } from './nf.ts';
import { qdiscFace } from './qdisc.ts';
import { sockFace } from './sock.ts';
import { timeFace } from './time.ts';
import { vxlanFace } from './vxlan.ts';
import type { Wasm } from './wasm.ts';

/** What a core is made with. */
export interface CoreOptions {
  /** Seeds every choice the core makes: jitter, ports, sequence numbers. Same seed and calls, same bytes. */
  readonly seed: number;
}

function wholeFace(w: Wasm, m: Memory, imager: Imager): Pick<Core, 'snapshot' | 'restore' | 'state' | 'double'> {
  return {
    snapshot: (base) => imager.snapshot(base),
    restore: (image, base) => imager.restore(image, base),
    state: () => stateOf(w, m),
    double: (of) => becomeDouble(w, m, of),
  };
}

/** The compiled core, of which any number of cores can be made. */
export type CoreModule = WebAssembly.Module;

/** Compiles the bytes of dist/core.wasm. */
export function compileCore(wasm: BufferSource): Promise<CoreModule> {
  return WebAssembly.compile(wasm);
}

/**
 * A fresh, empty core and all that its module exports.
 * @param build what tells its images from those of other builds (buildOf)
 * @throws Error when it gets no memory
 */
export function openCore(
  module: CoreModule,
  options: CoreOptions,
  build: readonly [number, number] = [0, 0],
): { core: Core; exports: Record<string, unknown> } {
  const { exports } = new WebAssembly.Instance(module, {});
  const w = exports as unknown as Wasm;
  if (w.coreInit(BigInt.asUintN(64, BigInt(Math.trunc(options.seed)))) !== 0)
    throw new Error('the packet core got no memory');
  const m = new Memory(w);
  const core = {
    ...timeFace(w, m),
    ...devFace(w, m),
    ...vxlanFace(w, m),
    ...qdiscFace(w, m),
    ...ipFace(w, m),
    ...nfFace(w, m),
    ...ipvsFace(w, m),
    ...sockFace(w, m),
    ...captureFace(w, m),
    ...wholeFace(w, m, new Imager(w, build)),
  };
  return { core, exports };
}

/** What was made of bytes: the same bytes are compiled once. */
const compiled = new WeakMap<BufferSource, Promise<readonly [CoreModule, readonly [number, number]]>>();

async function compile(wasm: BufferSource): Promise<readonly [CoreModule, readonly [number, number]]> {
  return [await compileCore(wasm), buildOf(wasm)];
}

/**
 * A fresh, empty core.
 * @param wasm the bytes of dist/core.wasm; they do not change
 */
export async function loadCore(wasm: BufferSource, options: CoreOptions): Promise<Core> {
  const known = compiled.get(wasm) ?? compile(wasm);
  compiled.set(wasm, known);
  const [module, build] = await known;
  return openCore(module, options, build).core;
}
