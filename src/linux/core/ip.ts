/** Addresses, routes, neighbours and forwarding tables of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreFdb, CoreNeigh, CoreRoute } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type IpFace =
  | 'addrAdd'
  | 'addrDel'
  | 'routeAdd'
  | 'routeDel'
  | 'routeLookup'
  | 'neighs'
  | 'neighSet'
  | 'neighDel'
  | 'announce'
  | 'fdb'
  | 'fdbSet'
  | 'fdbDel';

const HAS_GW = 1;
const HAS_SRC = 2;

/** Writes a route's record into the data area. @returns where */
function putRoute(m: Memory, r: CoreRoute): number {
  const at = m.data;
  const v = m.view;
  m.bytes.fill(0, at, at + abi.ROUTE_X_SIZE);
  m.bytes.set(r.dst, at + abi.ROUTE_X_DST);
  if (r.gw) m.bytes.set(r.gw, at + abi.ROUTE_X_GW);
  if (r.src) m.bytes.set(r.src, at + abi.ROUTE_X_SRC);
  v.setUint32(at + abi.ROUTE_X_TABLE, r.table, true);
  v.setUint32(at + abi.ROUTE_X_BITS, r.bits, true);
  v.setUint32(at + abi.ROUTE_X_DEV, r.dev, true);
  v.setUint32(at + abi.ROUTE_X_SCOPE, r.scope, true);
  v.setUint32(at + abi.ROUTE_X_METRIC, r.metric, true);
  v.setUint32(at + abi.ROUTE_X_TYPE, r.type, true);
  v.setUint32(at + abi.ROUTE_X_FLAGS, (r.gw ? HAS_GW : 0) | (r.src ? HAS_SRC : 0), true);
  return at;
}

function readRoute(m: Memory, at: number): CoreRoute {
  const v = m.view;
  const flags = v.getUint32(at + abi.ROUTE_X_FLAGS, true);
  return {
    table: v.getUint32(at + abi.ROUTE_X_TABLE, true),
    dst: m.addrAt(at + abi.ROUTE_X_DST),
    bits: v.getUint32(at + abi.ROUTE_X_BITS, true),
    ...(flags & HAS_GW ? { gw: m.addrAt(at + abi.ROUTE_X_GW) } : {}),
    dev: v.getUint32(at + abi.ROUTE_X_DEV, true),
    ...(flags & HAS_SRC ? { src: m.addrAt(at + abi.ROUTE_X_SRC) } : {}),
    scope: v.getUint32(at + abi.ROUTE_X_SCOPE, true),
    metric: v.getUint32(at + abi.ROUTE_X_METRIC, true),
    type: v.getUint32(at + abi.ROUTE_X_TYPE, true),
  };
}

function readNeigh(m: Memory, at: number): CoreNeigh {
  const v = m.view;
  return {
    ip: m.addrAt(at + abi.NEIGH_X_IP),
    dev: v.getUint32(at + abi.NEIGH_X_DEV, true),
    state: v.getUint32(at + abi.NEIGH_X_STATE, true),
    mac: Number(v.getBigUint64(at + abi.NEIGH_X_MAC, true)),
  };
}

function readFdb(m: Memory, at: number): CoreFdb {
  const v = m.view;
  const flags = v.getUint32(at + abi.FDB_X_FLAGS, true);
  return {
    mac: Number(v.getBigUint64(at + abi.FDB_X_MAC, true)),
    port: v.getUint32(at + abi.FDB_X_PORT, true),
    local: (flags & abi.FDB_LOCAL) !== 0,
    permanent: (flags & abi.FDB_PERMANENT) !== 0,
    static: (flags & abi.FDB_STATIC) !== 0,
    ageNs: v.getFloat64(at + abi.FDB_X_AGE, true),
    seq: v.getUint32(at + abi.FDB_X_SEQ, true),
  };
}

export function ipFace(w: Wasm, m: Memory): Pick<Core, IpFace> {
  return {
    addrAdd: (dev, ip, bits) => w.addrAdd(dev, m.putAddr(ip), bits),
    addrDel: (dev, ip) => w.addrDel(dev, m.putAddr(ip)),
    routeAdd: (ns, route) => w.routeAdd(ns, putRoute(m, route)),
    routeDel: (ns, route) => w.routeDel(ns, putRoute(m, route)),
    routeLookup(ns, dst, src, dev) {
      const at = m.data;
      m.bytes.set(dst, at);
      if (src) m.bytes.set(src, at + 16);
      const out = at + 32;
      const err = w.routeLookup(ns, at, src ? at + 16 : 0, dev ?? 0, out);
      return err < 0 ? err : readRoute(m, out);
    },
    neighs(ns) {
      const out: CoreNeigh[] = [];
      const n = w.neighDump(ns, m.data, Math.floor(m.room / abi.NEIGH_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readNeigh(m, m.data + i * abi.NEIGH_X_SIZE));
      return out;
    },
    neighSet: (dev, ip, mac, permanent) => w.neighSet(dev, m.putAddr(ip), BigInt(mac), permanent ? 1 : 0),
    neighDel: (dev, ip) => w.neighDel(dev, m.putAddr(ip)),
    announce: (dev, ip) => w.announce(dev, m.putAddr(ip)),
    fdbSet: (port, mac, flags, how) => w.fdbSet(port, BigInt(mac), flags, how),
    fdbDel: (port, mac) => w.fdbDel(port, BigInt(mac)),
    fdb(bridge) {
      const out: CoreFdb[] = [];
      const n = w.fdbDump(bridge, m.data, Math.floor(m.room / abi.FDB_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readFdb(m, m.data + i * abi.FDB_X_SIZE));
      return out;
    },
  };
}
