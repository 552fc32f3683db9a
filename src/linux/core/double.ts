/**
 * A core made the double of another one: only the bytes in use are looked at (memSpans), which takes a hundredth of the
 * time of an image, for whoever wants to know what would happen if.
 */
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

/** Bytes of a core that are in use. */
export interface CoreState {
  readonly memory: Uint8Array;
  /** Pairs of first and end address, ascending, apart. */
  readonly spans: Uint32Array;
}

export function stateOf(w: Wasm, m: Memory): CoreState {
  const pairs = w.memSpans(m.data);
  return { memory: m.bytes, spans: new Uint32Array(m.bytes.slice(m.data, m.data + pairs * 8).buffer) };
}

/** @see memSpans in wasm/assembly/sim/span.ts: what has never been used is zero, and stays so */
export function becomeDouble(w: Wasm, m: Memory, of: CoreState): void {
  // What it remembers of flows lies beside its state.
  w.pageNext(0, 0);
  const own = stateOf(w, m).spans;
  const missing = of.memory.length - m.bytes.length;
  if (missing > 0) w.memory.grow(missing / 65536);
  const to = m.bytes;
  for (let i = 0; i < own.length; i += 2) to.fill(0, own[i], own[i + 1]);
  for (let i = 0; i < of.spans.length; i += 2) {
    const [from, end] = [of.spans[i] as number, of.spans[i + 1] as number];
    to.set(of.memory.subarray(from, end), from);
  }
}
