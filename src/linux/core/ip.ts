/** Addresses, routes, neighbours and forwarding tables of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreFdb, CoreNeigh, CoreRoute } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type IpFace =
  | 'addrAdd'
  | 'addrDel'
  | 'addr6Add'
  | 'addr6Flags'
  | 'ip6DevSet'
  | 'ip6NsSet'
  | 'routeAdd'
  | 'routeDel'
  | 'routeLookup'
  | 'neighs'
  | 'neighSet'
  | 'neighDel'
  | 'announce'
  | 'fdb';

const DEV6_KEYS = {
  disable_ipv6: abi.IP6KEY_DISABLE,
  forwarding: abi.IP6KEY_FORWARDING,
  accept_ra: abi.IP6KEY_ACCEPT_RA,
  accept_dad: abi.IP6KEY_ACCEPT_DAD,
  dad_transmits: abi.IP6KEY_DAD_TRANSMITS,
  hop_limit: abi.IP6KEY_HOP_LIMIT,
  mtu: abi.IP6KEY_MTU,
  router_solicitations: abi.IP6KEY_RTR_SOLICITS,
  proxy_ndp: abi.IP6KEY_PROXY_NDP,
} as const;

const NS6_KEYS = {
  forwarding: abi.IP6KEY_FORWARDING,
  bindv6only: abi.IP6KEY_BINDV6ONLY,
  bridge_nf_call_ip6tables: abi.IP6KEY_BRIDGE_NF,
  echo_ignore_all: abi.IP6KEY_ECHO_IGNORE_ALL,
} as const;

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
    state: v.getUint32(at + abi.NEIGH_X_STATE, true) & 0xffff,
    router: v.getUint32(at + abi.NEIGH_X_STATE, true) >= abi.NEIGH_X_ROUTER,
    mac: Number(v.getBigUint64(at + abi.NEIGH_X_MAC, true)),
  };
}

function readFdb(m: Memory, at: number): CoreFdb {
  const v = m.view;
  const flags = v.getUint32(at + abi.FDB_X_FLAGS, true);
  return {
    mac: Number(v.getBigUint64(at + abi.FDB_X_MAC, true)),
    port: v.getUint32(at + abi.FDB_X_PORT, true),
    local: (flags & 1) !== 0,
    permanent: (flags & 2) !== 0,
    ageNs: v.getFloat64(at + abi.FDB_X_AGE, true),
  };
}

export function ipFace(w: Wasm, m: Memory): Pick<Core, IpFace> {
  return {
    addrAdd: (dev, ip, bits) => w.addrAdd(dev, m.putAddr(ip), bits),
    addrDel: (dev, ip) => w.addrDel(dev, m.putAddr(ip)),
    addr6Add: (dev, ip, bits, flags) => w.addr6Add(dev, m.putAddr(ip), bits, flags),
    addr6Flags: (dev, ip) => w.addr6Flags(dev, m.putAddr(ip)),
    ip6DevSet: (dev, key, value) => w.ip6DevSet(dev, DEV6_KEYS[key], value),
    ip6NsSet: (ns, key, value) => w.ip6NsSet(ns, NS6_KEYS[key], value),
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
    fdb(bridge) {
      const out: CoreFdb[] = [];
      const n = w.fdbDump(bridge, m.data, Math.floor(m.room / abi.FDB_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readFdb(m, m.data + i * abi.FDB_X_SIZE));
      return out;
    },
  };
}
