/**
 * Loads the packet core and composes its face from the parts by concern.
 * Limits: wasm traps are bugs and are thrown; the memory of a core never shrinks.
 */
import { captureFace } from './capture.ts';
import type { Core } from './core.ts';
import { devFace } from './dev.ts';
import { buildOf, Imager } from './image.ts';
import { ipFace } from './ip.ts';
import { Memory } from './memory.ts';
import { nfFace } from './nf.ts';
import { sockFace } from './sock.ts';
import { timeFace } from './time.ts';
import type { Wasm } from './wasm.ts';

/** What a core is made with. */
export interface CoreOptions {
  /** Seeds every choice the core makes: jitter, ports, sequence numbers. Same seed and calls, same bytes. */
  readonly seed: number;
}

function wholeFace(imager: Imager): Pick<Core, 'snapshot' | 'restore'> {
  return {
    snapshot: (base) => imager.snapshot(base),
    restore: (image, base) => imager.restore(image, base),
  };
}

/**
 * A fresh, empty core.
 * @param wasm the bytes of dist/core.wasm
 */
export async function loadCore(wasm: BufferSource, options: CoreOptions): Promise<Core> {
  const module = await WebAssembly.compile(wasm);
  const instance = new WebAssembly.Instance(module, {});
  const w = instance.exports as unknown as Wasm;
  if (w.coreInit(BigInt.asUintN(64, BigInt(Math.trunc(options.seed)))) !== 0)
    throw new Error('the packet core got no memory');
  const m = new Memory(w);
  return {
    ...timeFace(w, m),
    ...devFace(w, m),
    ...ipFace(w, m),
    ...nfFace(w, m),
    ...sockFace(w, m),
    ...captureFace(w, m),
    ...wholeFace(new Imager(w, buildOf(wasm))),
  };
}
