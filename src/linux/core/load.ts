/**
 * Loads the packet core and composes its face from the parts by concern.
 * Limits: wasm traps are bugs and are thrown; the memory of a core never shrinks.
 */
import { captureFace } from './capture.ts';
import type { Core } from './core.ts';
import { devFace } from './dev.ts';
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

const PAGE = 65536;

function wholeFace(memory: WebAssembly.Memory): Pick<Core, 'snapshot' | 'restore'> {
  return {
    snapshot: () => new Uint8Array(memory.buffer).slice(),
    restore(image) {
      const missing = image.length - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      const bytes = new Uint8Array(memory.buffer);
      bytes.set(image);
      bytes.fill(0, image.length);
    },
  };
}

/** The compiled core, of which any number of cores can be made. */
export type CoreModule = WebAssembly.Module;

/** Compiles the bytes of dist/core.wasm. */
export function compileCore(wasm: BufferSource): Promise<CoreModule> {
  return WebAssembly.compile(wasm);
}

/** A fresh, empty core and all that its module exports. @throws Error when it gets no memory */
export function openCore(module: CoreModule, options: CoreOptions): { core: Core; exports: Record<string, unknown> } {
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
    ...wholeFace(w.memory),
  };
  return { core, exports };
}

/**
 * A fresh, empty core.
 * @param wasm the bytes of dist/core.wasm
 */
export async function loadCore(wasm: BufferSource, options: CoreOptions): Promise<Core> {
  return openCore(await compileCore(wasm), options).core;
}
