/** IPVS of the core: services, servers, connections. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreVsConn, CoreVsDest, CoreVsService, CoreVsStats } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type VsFace =
  | 'vsServices'
  | 'vsServiceSet'
  | 'vsServiceDel'
  | 'vsDests'
  | 'vsDestSet'
  | 'vsDestDel'
  | 'vsZero'
  | 'vsConns'
  | 'vsConnFlush';

const COUNTS = ['conns', 'inPackets', 'outPackets', 'inBytes', 'outBytes'] as const;

class Record {
  constructor(
    readonly m: Memory,
    readonly at: number,
  ) {}

  u32(off: number): number {
    return this.m.view.getUint32(this.at + off, true);
  }

  set(off: number, v: number): void {
    this.m.view.setUint32(this.at + off, v >>> 0, true);
  }

  f64(off: number): number {
    return this.m.view.getFloat64(this.at + off, true);
  }

  #stats(off: number): CoreVsStats {
    const out = { conns: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
    COUNTS.forEach((name, k) => {
      out[name] = this.f64(off + 8 * k);
    });
    return out;
  }

  /** What services and servers have alike, at the same places. */
  counted(): Pick<CoreVsService & CoreVsDest, 'handle' | 'addr' | 'port' | 'stats' | 'rates'> {
    return {
      handle: this.u32(abi.VS_X_HANDLE),
      addr: this.u32(abi.VS_X_ADDR),
      port: this.u32(abi.VS_X_PORT),
      stats: this.#stats(abi.VS_X_STATS),
      rates: this.#stats(abi.VS_X_RATES),
    };
  }
}

function readService(r: Record): CoreVsService {
  return {
    ...r.counted(),
    proto: r.u32(abi.VS_X_PROTO),
    fwmark: r.u32(abi.VS_X_FWMARK),
    sched: r.u32(abi.VS_X_SCHED),
    persist: r.u32(abi.VS_X_PERSIST),
    netmask: r.u32(abi.VS_X_NETMASK),
  };
}

function readDest(r: Record): CoreVsDest {
  return {
    ...r.counted(),
    service: r.u32(abi.VS_X_SVC),
    weight: r.u32(abi.VS_X_WEIGHT),
    fwd: r.u32(abi.VS_X_FWD),
    upper: r.u32(abi.VS_X_UPPER),
    lower: r.u32(abi.VS_X_LOWER),
    active: r.u32(abi.VS_X_ACTIVE),
    inactive: r.u32(abi.VS_X_INACTIVE),
    persistent: r.u32(abi.VS_X_PERSISTENT),
  };
}

function readConn(r: Record): CoreVsConn {
  return {
    proto: r.u32(abi.VC_X_PROTO),
    caddr: r.u32(abi.VC_X_CADDR),
    cport: r.u32(abi.VC_X_CPORT),
    vaddr: r.u32(abi.VC_X_VADDR),
    vport: r.u32(abi.VC_X_VPORT),
    daddr: r.u32(abi.VC_X_DADDR),
    dport: r.u32(abi.VC_X_DPORT),
    state: r.u32(abi.VC_X_STATE),
    template: r.u32(abi.VC_X_TEMPLATE) !== 0,
    timeoutNs: r.f64(abi.VC_X_TIMEOUT),
  };
}

export function ipvsFace(w: Wasm, m: Memory): Pick<Core, VsFace> {
  const fresh = (): Record => {
    m.bytes.fill(0, m.data, m.data + abi.VS_X_SIZE);
    return new Record(m, m.data);
  };
  const list = <T>(size: number, fill: (room: number) => number, read: (r: Record) => T): T[] => {
    const n = fill(Math.floor(m.room / size));
    return Array.from({ length: n }, (_, i) => read(new Record(m, m.data + i * size)));
  };
  return {
    vsServices: (ns) => list(abi.VS_X_SIZE, (room) => w.vsServices(ns, m.data, room), readService),
    vsServiceSet(ns, s, edit) {
      const r = fresh();
      r.set(abi.VS_X_PROTO, s.proto);
      r.set(abi.VS_X_ADDR, s.addr);
      r.set(abi.VS_X_PORT, s.port);
      r.set(abi.VS_X_FWMARK, s.fwmark);
      r.set(abi.VS_X_SCHED, s.sched);
      r.set(abi.VS_X_PERSIST, s.persist);
      r.set(abi.VS_X_NETMASK, s.netmask);
      return w.vsServiceSet(ns, r.at, edit ? 1 : 0);
    },
    vsServiceDel: (handle) => w.vsServiceDel(handle),
    vsDests: (service) => list(abi.VS_X_SIZE, (room) => w.vsDests(service, m.data, room), readDest),
    vsDestSet(service, d, edit) {
      const r = fresh();
      r.set(abi.VS_X_SVC, service);
      r.set(abi.VS_X_ADDR, d.addr);
      r.set(abi.VS_X_PORT, d.port);
      r.set(abi.VS_X_WEIGHT, d.weight);
      r.set(abi.VS_X_FWD, d.fwd);
      r.set(abi.VS_X_UPPER, d.upper ?? 0);
      r.set(abi.VS_X_LOWER, d.lower ?? 0);
      return w.vsDestSet(r.at, edit ? 1 : 0);
    },
    vsDestDel: (handle) => w.vsDestDel(handle),
    vsZero: (ns, service) => w.vsZero(ns, service),
    vsConns: (ns) => list(abi.VC_X_SIZE, (room) => w.vsConns(ns, m.data, room), readConn),
    vsConnFlush: (ns) => w.vsConnFlush(ns),
  };
}
