/** VXLANs of the core and their forwarding tables. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreVfdb, CoreVxlan } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type VxlanFace = 'vxlanAdd' | 'vxlanSet' | 'vxlan' | 'vfdbSet' | 'vfdbDel' | 'vfdb';

/** Where in the data area a record may stand beside a name. */
const BESIDE = 64;

function putVxlan(m: Memory, s: CoreVxlan): number {
  const at = m.data + BESIDE;
  const v = m.view;
  v.setUint32(at + abi.VXLAN_X_VNI, s.vni, true);
  v.setUint32(at + abi.VXLAN_X_REMOTE, s.remote, true);
  v.setUint32(at + abi.VXLAN_X_LOCAL, s.local, true);
  v.setUint32(at + abi.VXLAN_X_LOWER, s.lower, true);
  v.setUint32(at + abi.VXLAN_X_PORT, s.port, true);
  v.setUint32(at + abi.VXLAN_X_SPORT_LO, s.sport[0], true);
  v.setUint32(at + abi.VXLAN_X_SPORT_HI, s.sport[1], true);
  v.setUint32(at + abi.VXLAN_X_TTL, s.ttl, true);
  v.setUint32(at + abi.VXLAN_X_TOS, s.tos, true);
  v.setUint32(at + abi.VXLAN_X_DF, s.df, true);
  v.setUint32(at + abi.VXLAN_X_FLAGS, s.flags, true);
  v.setUint32(at + abi.VXLAN_X_MAX, s.max, true);
  v.setFloat64(at + abi.VXLAN_X_AGEING, s.ageingNs, true);
  return at;
}

function putVfdb(m: Memory, e: Partial<CoreVfdb> & { mac: number }): number {
  const at = m.data;
  const v = m.view;
  v.setBigUint64(at + abi.VFDB_X_MAC, BigInt(e.mac), true);
  v.setUint32(at + abi.VFDB_X_DST, e.dst ?? 0, true);
  v.setUint32(at + abi.VFDB_X_PORT, e.port ?? 0, true);
  v.setUint32(at + abi.VFDB_X_VNI, e.vni ?? 0, true);
  v.setUint32(at + abi.VFDB_X_OIF, e.oif ?? 0, true);
  v.setUint32(at + abi.VFDB_X_STATE, e.state ?? 0, true);
  return at;
}

function readVfdb(m: Memory, at: number): CoreVfdb {
  const v = m.view;
  return {
    mac: Number(v.getBigUint64(at + abi.VFDB_X_MAC, true)),
    dst: v.getUint32(at + abi.VFDB_X_DST, true),
    port: v.getUint32(at + abi.VFDB_X_PORT, true),
    vni: v.getUint32(at + abi.VFDB_X_VNI, true),
    oif: v.getUint32(at + abi.VFDB_X_OIF, true),
    state: v.getUint32(at + abi.VFDB_X_STATE, true),
    seq: v.getUint32(at + abi.VFDB_X_SEQ, true),
    usedNs: v.getFloat64(at + abi.VFDB_X_USED, true),
    updatedNs: v.getFloat64(at + abi.VFDB_X_UPDATED, true),
  };
}

export function vxlanFace(w: Wasm, m: Memory): Pick<Core, VxlanFace> {
  return {
    vxlanAdd(ns, name, mac, settings) {
      const at = putVxlan(m, settings);
      return w.vxlanAdd(ns, m.putName(name), BigInt(mac), at);
    },
    vxlanSet: (dev, settings) => w.vxlanSet(dev, putVxlan(m, settings)),
    vxlan(dev) {
      const at = m.data;
      w.vxlanGet(dev, at);
      const u = (offset: number): number => m.view.getUint32(at + offset, true);
      const f = (offset: number): number => m.view.getFloat64(at + offset, true);
      return {
        vni: u(abi.VXLAN_X_VNI),
        remote: u(abi.VXLAN_X_REMOTE),
        local: u(abi.VXLAN_X_LOCAL),
        lower: u(abi.VXLAN_X_LOWER),
        port: u(abi.VXLAN_X_PORT),
        sport: [u(abi.VXLAN_X_SPORT_LO), u(abi.VXLAN_X_SPORT_HI)],
        ttl: u(abi.VXLAN_X_TTL),
        tos: u(abi.VXLAN_X_TOS),
        df: u(abi.VXLAN_X_DF),
        flags: u(abi.VXLAN_X_FLAGS),
        max: u(abi.VXLAN_X_MAX),
        ageingNs: f(abi.VXLAN_X_AGEING),
        ns: u(abi.VXLAN_X_NS),
        l2misses: f(abi.VXLAN_X_L2MISSES),
        l3misses: f(abi.VXLAN_X_L3MISSES),
      };
    },
    vfdbSet: (dev, entry, how) => w.vfdbSet(dev, putVfdb(m, entry), how),
    vfdbDel: (dev, entry) => w.vfdbDel(dev, putVfdb(m, entry)),
    vfdb(dev) {
      const n = w.vfdbDump(dev, m.data, Math.floor(m.room / abi.VFDB_X_SIZE));
      return Array.from({ length: n }, (_, i) => readVfdb(m, m.data + i * abi.VFDB_X_SIZE));
    },
  };
}
