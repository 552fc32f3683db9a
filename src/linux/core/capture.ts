/** Captures, traces and drop counters of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Addr16, Core, TraceFilter } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type CaptureFace =
  | 'captureAdd'
  | 'captureRead'
  | 'captureEach'
  | 'captureDropped'
  | 'captureDel'
  | 'trace'
  | 'traceRead'
  | 'traceLost'
  | 'drops';

function putFilters(w: Wasm, m: Memory, filters: readonly TraceFilter[]): void {
  if (filters.length > abi.TRACE_FILTERS) throw new RangeError(`more than ${abi.TRACE_FILTERS} filters`);
  filters.forEach((f, i) => {
    putFilter(m, m.data + i * abi.TF_SIZE, f);
  });
  w.traceFilter(m.data, filters.length);
}

function putFilter(m: Memory, at: number, f: TraceFilter): void {
  const v = m.view;
  let what = 0;
  const one = (bit: number, off: number, value: number | undefined): void => {
    if (value === undefined) return;
    what |= bit;
    v.setUint32(at + off, value, true);
  };
  const ends = (bit: number, off: number, net: readonly [Addr16, Addr16] | undefined): void => {
    if (!net) return;
    what |= bit;
    m.bytes.set(net[0], at + off);
    m.bytes.set(net[1], at + off + 16);
  };
  one(abi.TF_HAS_NS, abi.TF_NS, f.ns);
  one(abi.TF_HAS_DEV, abi.TF_DEV, f.dev);
  one(abi.TF_HAS_ETHER, abi.TF_ETHER, f.ethertype);
  one(abi.TF_HAS_PROTO, abi.TF_PROTO, f.proto);
  ends(abi.TF_HAS_HOST, abi.TF_HOST, f.host);
  ends(abi.TF_HAS_SRC, abi.TF_SRC, f.src);
  ends(abi.TF_HAS_DST, abi.TF_DST, f.dst);
  one(abi.TF_HAS_PORT, abi.TF_PORT, f.port);
  one(abi.TF_HAS_SPORT, abi.TF_SPORT, f.sport);
  one(abi.TF_HAS_DPORT, abi.TF_DPORT, f.dport);
  v.setUint32(at + abi.TF_WHAT, what, true);
}

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
    captureEach(capture, each) {
      const head = { time: 0, dev: 0, pkttype: 0, length: 0, packet: 0 };
      for (let at = w.captureNext(capture); at !== 0; at = w.captureNext(capture)) {
        const v = m.view;
        const from = at + abi.FRAME_HEADER;
        head.time = v.getFloat64(at + abi.FRAME_TIME, true);
        head.dev = v.getUint32(at + abi.FRAME_DEV, true);
        head.pkttype = v.getUint32(at + abi.FRAME_PKTTYPE, true);
        head.length = v.getUint32(at + abi.FRAME_LENGTH, true);
        head.packet = v.getUint32(at + abi.FRAME_PACKET, true);
        each(head, m.bytes.subarray(from, from + v.getUint32(at + abi.FRAME_CAPLEN, true)));
      }
    },
    captureDropped: (capture) => w.captureDropped(capture),
    captureDel: (capture) => w.captureDel(capture),
    trace(what) {
      if (typeof what !== 'boolean') putFilters(w, m, what);
      w.traceSet(what === true ? abi.TRACE_ALL : what === false ? abi.TRACE_OFF : abi.TRACE_SOME);
    },
    traceLost: () => w.traceLost(),
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
