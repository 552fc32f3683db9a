/** All extensions by module. */
import { addrtype, connbytes, connmark, conntrack, ipvs } from './conn.ts';
import { hashlimit, quota, statistic } from './count.ts';
import { ecn, helper, hl, rpfilter, socket, tcpmss } from './deep.ts';
import { dscp, iprange, length, mac, owner, physdev, pkttype, tos, ttl } from './packet.ts';
import { policy } from './policy.ts';
import { connlimit, recent } from './remember.ts';
import type { Extension } from './spec.ts';
import { set, string } from './string.ts';
import { time } from './time.ts';
import { u32 } from './u32.ts';

const ALL: readonly Extension[] = [
  addrtype,
  connbytes,
  connlimit,
  connmark,
  conntrack,
  dscp,
  ecn,
  hashlimit,
  helper,
  hl,
  iprange,
  ipvs,
  length,
  mac,
  owner,
  physdev,
  pkttype,
  policy,
  quota,
  recent,
  rpfilter,
  set,
  socket,
  statistic,
  string,
  tcpmss,
  time,
  tos,
  ttl,
  u32,
];

/** The extension of a module, when there is one. */
export const EXTENSIONS: ReadonlyMap<string, Extension> = new Map(ALL.map((x) => [x.module, x]));
