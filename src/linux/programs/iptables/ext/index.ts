/** All extensions by module. */
import { addrtype, connbytes, connmark, conntrack, ipvs } from './conn.ts';
import { hashlimit, quota, statistic } from './count.ts';
import { dscp, iprange, length, mac, owner, physdev, pkttype, tos, ttl } from './packet.ts';
import { connlimit, recent } from './remember.ts';
import type { Extension } from './spec.ts';
import { set, string } from './string.ts';

const ALL: readonly Extension[] = [
  addrtype,
  connbytes,
  connlimit,
  connmark,
  conntrack,
  dscp,
  hashlimit,
  iprange,
  ipvs,
  length,
  mac,
  owner,
  physdev,
  pkttype,
  quota,
  recent,
  set,
  statistic,
  string,
  tos,
  ttl,
];

/** The extension of a module, when there is one. */
export const EXTENSIONS: ReadonlyMap<string, Extension> = new Map(ALL.map((x) => [x.module, x]));
