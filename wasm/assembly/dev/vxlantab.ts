/** The VXLAN devices: their records, found by link namespace, VNI and port. @see Linux vxlan_core.c: vxlan_vs_find_vni */
import { VXLAN_BASE, VXLAN_BUCKETS, VXLAN_HASH, VXLAN_REC } from '../mem';

@unmanaged
export class Vxlan {
  /** Next of its hash chain. */
  next: u32;
  dev: u32;
  /** Namespace it sends and receives in. */
  linkNs: u32;
  vni: u32;
  remote: u32;
  local: u32;
  lower: u32;
  port: u32;
  sportLo: u32;
  sportHi: u32;
  ttl: u32;
  tos: u32;
  df: u32;
  flags: u32;
  max: u32;
  /** Socket that holds the port while the device is up. */
  sock: u32;
  entries: u32;
  /** Number of the newest entry. */
  seq: u32;
  /** ns, 0: never. */
  ageing: u64;
  l2misses: u64;
  l3misses: u64;

  @inline static at(i: u32): Vxlan {
    return changetype<Vxlan>(VXLAN_BASE + (i as usize) * VXLAN_REC);
  }
}

/** Head of the chain of a (link namespace, VNI, port). */
export function vxlanBucket(ns: u32, vni: u32, port: u32): usize {
  const h = ((vni * 0x9e3779b1) ^ (port * 0x85ebca6b)) + ns * 0xc2b2ae35;
  return VXLAN_HASH + (((h >> 20) & (VXLAN_BUCKETS - 1)) as usize) * 4;
}

/** The VXLAN of a VNI and port in a link namespace, or 0. */
export function vxlanFind(ns: u32, vni: u32, port: u32): u32 {
  let i = load<u32>(vxlanBucket(ns, vni, port));
  while (i != 0) {
    const v = Vxlan.at(i);
    if (v.vni == vni && v.port == port && v.linkNs == ns) return i;
    i = v.next;
  }
  return 0;
}
