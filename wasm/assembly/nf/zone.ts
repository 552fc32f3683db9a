/**
 * Zones of conntrack: connections of different zones may have the same addresses and ports. A tuple's namespace is the
 * number of the namespace in the zone that is 0, and above all namespaces the number of a record here in the others.
 * Limits: ZONE_CAP zones; a packet of one more is dropped and counted. A zone stays until its namespace goes.
 * @see Linux include/net/netfilter/nf_conntrack_zones.h, net/netfilter/xt_CT.c
 */
import { RULE_ARG, RULE_VALUE, ZONE_BOTH, ZONE_MARK, ZONE_ORIG } from '../../abi';
import { NS_CAP, SLAB_ZONE, ZONE_BASE, ZONE_REC } from '../mem';
import { Pkt } from '../sim/packet';
import { T_NS, tupleOf } from './conn';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';

@unmanaged
class Zone {
  link: u32;
  /** 0: free record. */
  ns: u32;
  id: u32;

  @inline static at(i: u32): Zone {
    return changetype<Zone>(ZONE_BASE + (i as usize) * ZONE_REC);
  }
}

/** What tuples of a zone have as their namespace. @returns 0: there is no room for one more zone */
export function zoneDomain(ns: u32, id: u32): u32 {
  if (id == 0) return ns;
  const top = slabTop(SLAB_ZONE);
  for (let i: u32 = 1; i < top; i++) if (Zone.at(i).ns == ns && Zone.at(i).id == id) return NS_CAP + i;
  const i = slabAlloc(SLAB_ZONE);
  if (i == 0) return 0;
  Zone.at(i).ns = ns;
  Zone.at(i).id = id;
  return NS_CAP + i;
}

/** The zone of a tuple, by what it has as its namespace. */
export function zoneOf(domain: u32): u32 {
  return domain < NS_CAP ? 0 : Zone.at(domain - NS_CAP).id;
}

/**
 * A rule gives a packet a zone: until it has a connection, Pkt.ctinfo holds what its tuples have as their namespace,
 * and above that the directions (ZONE_ORIG, ZONE_REPLY) it is for. @param r the rule's record @returns false: no room
 */
export function zoneSet(p: Pkt, r: usize): bool {
  const how = load<u32>(r + RULE_ARG);
  const domain = zoneDomain(p.ns, how & ZONE_MARK ? p.mark & 0xffff : load<u32>(r + RULE_VALUE));
  if (domain == 0) return false;
  p.ctinfo = domain | ((how & ZONE_BOTH) << 16);
  return true;
}

/** What a tuple of a direction (0, 1) of a packet that has no connection yet has as its namespace. */
export function zoneFor(p: Pkt, dir: u32): u32 {
  const t = p.ctinfo;
  return t != 0 && ((t >> 16) & (ZONE_ORIG << dir)) != 0 ? t & 0xffff : p.ns;
}

/**
 * Whether a tuple of `ct` that was found in the table is really taken: of a connection whose directions are in different
 * zones, only the same direction counts. @param node what connFind gave @param dir of `ct` @see Linux nf_ct_key_equal
 */
export function zoneClash(ct: u32, node: u32, dir: u32): bool {
  return (node & 1) == dir || load<u16>(tupleOf(ct, 0) + T_NS) == load<u16>(tupleOf(ct, 1) + T_NS);
}

/** A namespace goes: its zones go. Pre: its connections are gone. */
export function zoneNsDestroy(ns: u32): void {
  const top = slabTop(SLAB_ZONE);
  for (let i: u32 = 1; i < top; i++) {
    if (Zone.at(i).ns != ns) continue;
    Zone.at(i).ns = 0;
    slabFree(SLAB_ZONE, i);
  }
}
