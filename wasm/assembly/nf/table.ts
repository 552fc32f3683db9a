/**
 * Chains and rules: records, lists, counters. Built-in chains are made when first asked for; a namespace without any
 * pays nothing at its hooks.
 * @see Linux net/ipv4/netfilter/ip_tables.c
 */
import {
  EBUSY,
  EINVAL,
  ENOENT,
  ENOSPC,
  HOOK_FORWARD,
  HOOK_INPUT,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  HOOK_PREROUTING,
  M_CTSTATE,
  M_LIMIT,
  M_MORE,
  RULE_CHAIN,
  RULE_HEAD,
  RULE_LIMIT_BURST,
  RULE_LIMIT_NS,
  RULE_MATCH,
  RULE_MORE,
  RULE_SIZE,
  RULE_TARGET,
  TABLE_FILTER,
  TABLE_MANGLE,
  TABLE_NAT,
  TABLE_RAW,
  TABLE_SECURITY,
  TARGET_CONNMARK,
  TARGET_DNAT,
  TARGET_GOTO,
  TARGET_JUMP,
  TARGET_REDIRECT,
  TARGET_ZONE,
} from '../../abi';
import { Ns } from '../dev/ns';
import { flowSettle, flowStale } from '../flow/epoch';
import { CHAIN_BASE, CHAIN_CAP, CHAIN_REC, RULE_BASE, RULE_CAP, RULE_REC, SLAB_CHAIN, SLAB_RULE } from '../mem';
import { now } from '../sim/clock';
import { slabAlloc, slabFree } from '../sim/slab';
import { moreAdd, moreDel, moreNeedsCt, moreNeedsWhole } from './match/more';
import { moreChain } from './settings';

const ENOTEMPTY: i32 = 39;
/** hook of a user-defined chain. */
export const NO_HOOK: u32 = 255;

@unmanaged
export class Chain {
  /** Next chain of the namespace. */
  nextInNs: u32;
  /** 0: free record. */
  ns: u32;
  family: u32;
  table: u32;
  hook: u32;
  first: u32;
  last: u32;
  rules: u32;
  /** Policy of a built-in chain: 1 drops. */
  drop: u32;
  /** Rules that jump here. */
  refs: u32;
  packets: u64;
  bytes: u64;

  @inline static at(i: u32): Chain {
    return changetype<Chain>(CHAIN_BASE + (i as usize) * CHAIN_REC);
  }
}

/** Head of a rule; the rest of the record is laid out in abi.ts (RULE_*). */
@unmanaged
export class Rule {
  next: u32;
  prev: u32;
  /** 0: free record. */
  chain: u32;
  /** First record of the matches behind it (M_MORE). */
  more: u32;
  packets: u64;
  bytes: u64;
  /** `limit`: credit in ns, and when it was counted last. */
  credit: u64;
  last: u64;

  @inline static at(i: u32): Rule {
    return changetype<Rule>(RULE_BASE + (i as usize) * RULE_REC);
  }
}

/** Address of a rule's record. */
export function ruleAt(i: u32): usize {
  return RULE_BASE + (i as usize) * RULE_REC;
}

function slot(ns: u32, family: u32, table: u32, hook: u32): usize {
  if (table >= (TABLE_MANGLE as u32)) return moreChain(ns, family, table - TABLE_MANGLE, hook);
  const k: u32 = (family == 6 ? 15 : 0) + table * 5 + hook;
  return changetype<usize>(Ns.at(ns)) + offsetof<Ns>('chain0') + (k as usize) * 4;
}

/** Bit of a built-in chain in Ns.nf4 and nf6. */
export function chainBit(table: u32, hook: u32): u32 {
  return (1 as u32) << (table * 5 + hook);
}

/** The built-in chain of a hook, 0 when nobody has asked for it. */
export function chainOf(ns: u32, family: u32, table: u32, hook: u32): u32 {
  return load<u32>(slot(ns, family, table, hook));
}

function hookFits(table: u32, hook: u32): bool {
  if (table == TABLE_RAW) return hook == HOOK_PREROUTING || hook == HOOK_OUTPUT;
  if (table == TABLE_MANGLE) return hook <= (HOOK_POSTROUTING as u32);
  if (table == TABLE_FILTER || table == TABLE_SECURITY) return hook == HOOK_INPUT || hook == HOOK_FORWARD || hook == HOOK_OUTPUT;
  return table == TABLE_NAT && hook <= (HOOK_POSTROUTING as u32) && hook != HOOK_FORWARD;
}

function make(ns: u32, family: u32, table: u32, hook: u32): i32 {
  const i = slabAlloc(SLAB_CHAIN);
  if (i == 0) return -ENOSPC;
  const c = Chain.at(i);
  c.ns = ns;
  c.family = family;
  c.table = table;
  c.hook = hook;
  c.nextInNs = Ns.at(ns).chains;
  Ns.at(ns).chains = i;
  return i as i32;
}

/** Handle of a built-in chain. @returns -EINVAL when the table has no such hook, -ENOSPC */
export function nfBuiltin(ns: u32, family: u32, table: u32, hook: u32): i32 {
  if (!hookFits(table, hook)) return -EINVAL;
  const at = slot(ns, family, table, hook);
  if (load<u32>(at) != 0) return load<u32>(at) as i32;
  const i = make(ns, family, table, hook);
  if (i < 0) return i;
  flowStale();
  store<u32>(at, i as u32);
  const n = Ns.at(ns);
  n.nfChains++;
  if (family == 4) n.nf4 |= chainBit(table, hook);
  else n.nf6 |= chainBit(table, hook);
  return i;
}

/** Adds a user-defined chain. @returns its handle or -ENOSPC */
export function nfChainAdd(ns: u32, family: u32, table: u32): i32 {
  return make(ns, family, table, NO_HOOK);
}

/** Deletes a user-defined chain. @returns 0, -EINVAL, -EBUSY (jumped to) or -ENOTEMPTY */
export function nfChainDel(i: u32): i32 {
  const c = Chain.at(i);
  if (c.ns == 0 || c.hook != NO_HOOK) return -EINVAL;
  if (c.refs != 0) return -EBUSY;
  if (c.rules != 0) return -ENOTEMPTY;
  const n = Ns.at(c.ns);
  if (n.chains == i) n.chains = c.nextInNs;
  else {
    let k = n.chains;
    while (Chain.at(k).nextInNs != i) k = Chain.at(k).nextInNs;
    Chain.at(k).nextInNs = c.nextInNs;
  }
  c.ns = 0;
  slabFree(SLAB_CHAIN, i);
  return 0;
}

/** Sets a built-in chain's policy. */
export function nfPolicy(i: u32, drop: u32): void {
  flowStale();
  Chain.at(i).drop = drop;
}

/** Counts what a rule needs of the namespace: +1 when added, -1 when deleted. */
function need(i: u32, chain: u32, by: i32): void {
  const r = ruleAt(i);
  const c = Chain.at(chain);
  const n = Ns.at(c.ns);
  const target = load<u32>(r + RULE_TARGET);
  const v6 = c.family == 6;
  if (c.table == TABLE_NAT) {
    if (v6) n.natUsers6 += by;
    else n.natUsers += by;
  }
  const nat = target >= (TARGET_DNAT as u32) && target <= (TARGET_REDIRECT as u32);
  // The table of NAT alone tracks nothing, its targets do. @see Linux nf_nat_inet_fn, xt_nat.c: xt_nat_checkentry
  const tracks = target == TARGET_CONNMARK || target == TARGET_ZONE || load<u32>(r + RULE_MATCH) & M_CTSTATE;
  // Each family is tracked for itself. @see Linux nf_conntrack_proto.c: nf_ct_netns_get
  if (nat || tracks || moreNeedsCt(Rule.at(i).more)) {
    if (v6) n.ctUsers6 += by;
    else n.ctUsers += by;
  }
  if (moreNeedsWhole(Rule.at(i).more)) {
    if (v6) n.wholeUsers6 += by;
    else n.wholeUsers += by;
  }
  if (target == TARGET_JUMP || target == TARGET_GOTO) Chain.at(load<u32>(r + RULE_CHAIN)).refs += by;
}

/**
 * Adds a rule. @param index position, -1 appends @param x address of a RULE_* record, its head ignored
 * @returns the rule's handle, -ENOSPC, -ENOENT (no chain to jump to) or -EINVAL
 */
export function nfRuleAdd(chain: u32, index: i32, x: usize): i32 {
  const c = Chain.at(chain);
  if (c.ns == 0 || index > (c.rules as i32)) return -EINVAL;
  const target = load<u32>(x + RULE_TARGET);
  if (target == TARGET_JUMP || target == TARGET_GOTO) {
    const to = load<u32>(x + RULE_CHAIN);
    if (to == 0 || to >= CHAIN_CAP || Chain.at(to).ns != c.ns || Chain.at(to).table != c.table) return -ENOENT;
  }
  const i = slabAlloc(SLAB_RULE);
  if (i == 0) return -ENOSPC;
  memory.copy(ruleAt(i) + RULE_HEAD, x + RULE_HEAD, RULE_SIZE - RULE_HEAD);
  const r = Rule.at(i);
  r.chain = chain;
  if (load<u32>(x + RULE_MATCH) & M_MORE) {
    const more = moreAdd(c.ns, x + RULE_SIZE, load<u32>(x + RULE_MORE));
    if (more < 0) {
      slabFree(SLAB_RULE, i);
      return more;
    }
    r.more = more as u32;
  }
  if (load<u32>(x + RULE_MATCH) & M_LIMIT) {
    r.credit = load<u64>(x + RULE_LIMIT_NS) * (load<u32>(x + RULE_LIMIT_BURST) as u64);
    r.last = now();
  }
  let after = c.last;
  if (index >= 0) {
    after = 0;
    let next = c.first;
    for (let k = 0; k < index; k++) {
      after = next;
      next = Rule.at(next).next;
    }
  }
  r.prev = after;
  r.next = after == 0 ? c.first : Rule.at(after).next;
  if (after == 0) c.first = i;
  else Rule.at(after).next = i;
  if (r.next == 0) c.last = i;
  else Rule.at(r.next).prev = i;
  c.rules++;
  need(i, chain, 1);
  return i as i32;
}

/** Deletes a rule by its handle. @returns 0 or -ENOENT */
export function nfRuleDel(chain: u32, i: u32): i32 {
  if (i == 0 || i >= RULE_CAP || Rule.at(i).chain != chain) return -ENOENT;
  const r = Rule.at(i);
  const c = Chain.at(chain);
  need(i, chain, -1);
  if (r.prev == 0) c.first = r.next;
  else Rule.at(r.prev).next = r.next;
  if (r.next == 0) c.last = r.prev;
  else Rule.at(r.next).prev = r.prev;
  c.rules--;
  moreDel(r.more);
  r.chain = 0;
  slabFree(SLAB_RULE, i);
  return 0;
}

/** Writes packets and bytes of a rule, f64 each. */
export function nfRuleCounters(i: u32, out: usize): void {
  flowSettle();
  store<f64>(out, Rule.at(i).packets as f64);
  store<f64>(out, Rule.at(i).bytes as f64, 8);
}

/** Writes packets and bytes that met a chain's policy, f64 each. */
export function nfChainCounters(i: u32, out: usize): void {
  flowSettle();
  store<f64>(out, Chain.at(i).packets as f64);
  store<f64>(out, Chain.at(i).bytes as f64, 8);
}

/** Sets packets and bytes of a rule (iptables-restore -c). */
export function nfRuleCount(i: u32, packets: f64, bytes: f64): void {
  flowSettle();
  Rule.at(i).packets = packets as u64;
  Rule.at(i).bytes = bytes as u64;
}

/** Sets packets and bytes that met a chain's policy. */
export function nfChainCount(i: u32, packets: f64, bytes: f64): void {
  flowSettle();
  Chain.at(i).packets = packets as u64;
  Chain.at(i).bytes = bytes as u64;
}

/** Zeroes the counters of a chain and its rules. */
export function nfZero(chain: u32): void {
  flowSettle();
  const c = Chain.at(chain);
  c.packets = 0;
  c.bytes = 0;
  for (let i = c.first; i != 0; i = Rule.at(i).next) {
    Rule.at(i).packets = 0;
    Rule.at(i).bytes = 0;
  }
}

/** A namespace goes: its chains and rules go. */
export function nfNsDestroy(ns: u32): void {
  for (let i = Ns.at(ns).chains; i != 0; i = Chain.at(i).nextInNs) {
    while (Chain.at(i).first != 0) nfRuleDel(i, Chain.at(i).first);
  }
  let i = Ns.at(ns).chains;
  while (i != 0) {
    const next = Chain.at(i).nextInNs;
    Chain.at(i).ns = 0;
    slabFree(SLAB_CHAIN, i);
    i = next;
  }
}
