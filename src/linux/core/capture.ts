/** Captures, traces and drop counters of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type CaptureFace = 'captureAdd' | 'captureRead' | 'captureDropped' | 'captureDel' | 'trace' | 'traceRead' | 'drops';

export function captureFace(w: Wasm, m: Memory): Pick<Core, CaptureFace> {
  return {
    captureAdd: (ns, dev, snaplen) => w.captureAdd(ns, dev, snaplen),
    captureRead(capture) {
      const at = w.captureNext(capture);
      if (at === 0) return undefined;
      const v = m.view;
      const from = at + abi.FRAME_HEADER;
      return {
        time: v.getFloat64(at + abi.FRAME_TIME, true),
        dev: v.getUint32(at + abi.FRAME_DEV, true),
        pkttype: v.getUint32(at + abi.FRAME_PKTTYPE, true),
        length: v.getUint32(at + abi.FRAME_LENGTH, true),
        packet: v.getUint32(at + abi.FRAME_PACKET, true),
        bytes: m.bytes.slice(from, from + v.getUint32(at + abi.FRAME_CAPLEN, true)),
      };
    },
    captureDropped: (capture) => w.captureDropped(capture),
    captureDel: (capture) => w.captureDel(capture),
    trace: (on) => w.traceSet(on ? 1 : 0),
    traceRead(each) {
      for (let at = w.traceNext(); at !== 0; at = w.traceNext()) {
        const v = m.view;
        each({
          time: v.getFloat64(at + abi.TR_TIME, true),
          packet: v.getUint32(at + abi.TR_PACKET, true),
          what: v.getUint16(at + abi.TR_WHAT, true),
          ns: v.getUint16(at + abi.TR_NS, true),
          dev: v.getUint32(at + abi.TR_DEV, true),
          a: v.getUint32(at + abi.TR_A, true),
          b: v.getUint32(at + abi.TR_B, true),
          c: v.getUint32(at + abi.TR_C, true),
        });
      }
    },
    drops() {
      const out: number[] = [];
      for (let i = 0; i < abi.DROP_MAX; i++) out.push(w.dropsOf(i));
      return out;
    },
  };
}
