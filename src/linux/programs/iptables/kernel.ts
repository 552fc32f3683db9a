/** What the kernel has of tables, and what it refuses in them. */
import type { IpAddr } from '../../../base/ip.ts';
import type { NfRule, NfTable } from '../../kernel/netadmin.ts';
import type { NfMatch, RecentMatch } from '../../kernel/nfmatch.ts';

/** Built-in chains of each table, in hook order. */
export const BUILTIN: Readonly<Record<string, readonly string[]>> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** Tables to which a target is bound. */
const BOUND: Readonly<Record<string, NfTable>> = {
  DNAT: 'nat',
  SNAT: 'nat',
  MASQUERADE: 'nat',
  REDIRECT: 'nat',
  NETMAP: 'nat',
  TOS: 'mangle',
  DSCP: 'mangle',
  TTL: 'mangle',
  HL: 'mangle',
  TPROXY: 'mangle',
  CHECKSUM: 'mangle',
  NOTRACK: 'raw',
  CT: 'raw',
  REJECT: 'filter',
};
/** Built-in chains from which a target may be reached. */
const HOOKED: Readonly<Record<string, readonly string[]>> = {
  DNAT: ['PREROUTING', 'OUTPUT'],
  REDIRECT: ['PREROUTING', 'OUTPUT'],
  SNAT: ['POSTROUTING', 'INPUT'],
  MASQUERADE: ['POSTROUTING'],
  TPROXY: ['PREROUTING'],
  CLASSIFY: ['OUTPUT', 'FORWARD', 'POSTROUTING'],
};
/** The same of matches. */
const MATCHED: Readonly<Record<string, readonly string[]>> = {
  owner: ['OUTPUT', 'POSTROUTING'],
  rpfilter: ['PREROUTING'],
  socket: ['PREROUTING', 'INPUT'],
};

/** Whether the kernel takes a match in a chain. @see Linux xt_ecn.c, xt_tcpmss.c, xt_policy.c, ipt_rpfilter.c: their checkentry */
function badMatch(m: NfMatch, table: NfTable, chain: string, rule: NfRule): boolean {
  const tcp = rule.proto?.value === 6 && !rule.proto.not;
  const hooks = MATCHED[m.module];
  if (hooks && BUILTIN[table]?.includes(chain) && !hooks.includes(chain)) return true;
  switch (m.module) {
    case 'recent':
      return badRecent(m);
    case 'tcpmss':
      return !tcp;
    case 'ecn':
      return !tcp && (m.ece ?? m.cwr) !== undefined;
    case 'rpfilter':
      return table !== 'raw' && table !== 'mangle';
    case 'policy':
      return (m.dir === 'in' ? ['OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT']).includes(chain);
    default:
      return false;
  }
}

/** Whether an address is none. */
const isAny = (ip: IpAddr): boolean => BigInt(ip.value) === 0n;

/** @see Linux net/netfilter/xt_recent.c: recent_mt_check */
function badRecent(m: RecentMatch): boolean {
  const asks = m.how === 'rcheck' || m.how === 'update';
  return (!asks && (m.seconds !== undefined || !!m.hitcount)) || m.name.includes('/') || (m.hitcount ?? 0) > MAX_HITS;
}
/** Stamps that xt_recent keeps of an address at most, less one. */
const MAX_HITS = 255;

/** Whether the kernel takes a target in a chain. @see Linux net/netfilter/x_tables.c: xt_check_target, xt_TCPMSS.c */
export function refused(table: NfTable, chain: string, rule: NfRule): boolean {
  const t = rule.target;
  const kind = t?.kind ?? '';
  if (BOUND[kind] !== undefined && BOUND[kind] !== table) return true;
  if (HOOKED[kind] && BUILTIN[table]?.includes(chain) && !HOOKED[kind].includes(chain)) return true;
  if (t?.kind === 'REJECT' && t.with === 'tcp-reset' && rule.proto?.value !== 6) return true;
  if (t?.kind === 'TCPMSS') {
    const flags = rule.tcpFlags;
    const syn = flags && !flags.not && flags.value.comp & 2 && flags.value.mask & 2;
    if (rule.proto?.value !== 6 || !syn) return true;
    if (t.mss === undefined && ['PREROUTING', 'INPUT'].includes(chain)) return true;
  }
  if (t?.kind === 'TPROXY' && (rule.proto?.not || ![6, 17].includes(rule.proto?.value ?? 0))) return true;
  if (t?.kind === 'TEE' && isAny(t.gateway)) return true;
  return (rule.more ?? []).some((m) => badMatch(m, table, chain, rule));
}
