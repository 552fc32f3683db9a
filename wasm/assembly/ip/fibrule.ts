/**
 * Policy rules: which table answers for which packets. While a namespace has only the kernel's three (0 local,
 * 32766 main, 32767 default) it has no records of them; they are made when one is added or deleted.
 * @see Linux net/core/fib_rules.c: fib_rules_lookup, net/ipv4/fib_rules.c: fib4_rule_match, fib4_rule_action
 */
import {
  EACCES, EAGAIN, EINVAL, ENETUNREACH, ENOBUFS, ENOENT, FIB_GOTO, FIB_INVERT, FIB_NOP, FIB_PERMANENT, FIB_PROHIBIT,
  FIB_TO_TABLE, FIB_UNREACHABLE, FIB_X_ACTION, FIB_X_DPORT, FIB_X_DST, FIB_X_DST_MASK, FIB_X_FLAGS, FIB_X_IIF,
  FIB_X_MARK, FIB_X_MARK_MASK, FIB_X_OIF, FIB_X_PRIORITY, FIB_X_PROTO, FIB_X_SIZE, FIB_X_SPORT, FIB_X_SRC,
  FIB_X_SRC_MASK, FIB_X_SUPPRESS, FIB_X_TABLE, FIB_X_TARGET, FIB_X_TOS, RT_TABLE_DEFAULT, RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { FIBRULE_BASE, FIBRULE_REC, SLAB_FIBRULE } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { Flow, tableLookup } from './fib';
import { Net4 } from './net4';
import { dstFlush } from './dst';

/** Rules that one lookup visits at most: what jumps in a circle ends. */
const MAX_STEPS: u32 = 4096;
/** The name `lo`, as FIB_X_IIF begins with it. */
const LO: u64 = 0x6f6c;

@unmanaged
class FibRule {
  next: u32;
  spare: u32;

  @inline static at(i: u32): FibRule {
    return changetype<FibRule>(FIBRULE_BASE + (i as usize) * FIBRULE_REC);
  }
}

/** Address of a rule's FIB_X_* record. */
function record(i: u32): usize {
  return FIBRULE_BASE + (i as usize) * FIBRULE_REC + 8;
}

function field(i: u32, at: usize): u32 {
  return load<u32>(record(i) + at);
}

/** Whether a device has a name, 16 bytes; no name fits any. The sender of own packets is lo. */
function named(name: usize, dev: u32): bool {
  if (load<u8>(name) == 0) return true;
  return dev != 0 && Dev.at(dev).name0 == load<u64>(name) && Dev.at(dev).name1 == load<u64>(name, 8);
}

/** Whether a rule makes the kernel look into what comes in. @see Linux include/net/fib_rules.h: fib_rule_requires_fldissect */
function dissects(i: u32): u32 {
  if (load<u64>(record(i) + FIB_X_IIF) == LO) return 0;
  return field(i, FIB_X_PROTO) | field(i, FIB_X_SPORT) | field(i, FIB_X_DPORT) ? 1 : 0;
}

function inRange(port: u32, range: u32): bool {
  return range == 0 || (port >= (range & 0xffff) && port <= range >> 16);
}

function fits(ns: u32, i: u32, f: Flow): bool {
  const x = record(i);
  const iif = f.iif != 0 ? f.iif : Ns.at(ns).lo;
  if (!named(x + FIB_X_IIF, iif) || !named(x + FIB_X_OIF, f.oif)) return false;
  if ((load<u32>(x + FIB_X_MARK) ^ f.mark) & load<u32>(x + FIB_X_MARK_MASK)) return false;
  if ((load<u32>(x + FIB_X_SRC) ^ f.src) & load<u32>(x + FIB_X_SRC_MASK)) return false;
  if ((load<u32>(x + FIB_X_DST) ^ f.dst) & load<u32>(x + FIB_X_DST_MASK)) return false;
  const tos = load<u32>(x + FIB_X_TOS);
  // TOS as it once was: without precedence. @see fib_dscp_masked_match
  if (tos != 0 && tos != (f.tos & 0x1c)) return false;
  const proto = load<u32>(x + FIB_X_PROTO);
  if (proto != 0 && proto != f.proto) return false;
  return inRange(f.sport, load<u32>(x + FIB_X_SPORT)) && inRange(f.dport, load<u32>(x + FIB_X_DPORT));
}

/** @returns 0, a negative errno, or -EAGAIN: the next rule */
function act(ns: u32, i: u32): i32 {
  switch (field(i, FIB_X_ACTION)) {
    case FIB_TO_TABLE:
      return tableLookup(ns, field(i, FIB_X_TABLE), field(i, FIB_X_SUPPRESS) as i32);
    case FIB_UNREACHABLE:
      return -ENETUNREACH;
    case FIB_PROHIBIT:
      return -EACCES;
    case FIB_NOP:
      return -EAGAIN;
  }
  return -EINVAL;
}

/** Asks the rules about Flow. @returns as fibLookup, or -EAGAIN: none of them knew */
export function rulesLookup(ns: u32): i32 {
  const f = Flow.get();
  let i = Net4.at(ns).rules;
  for (let n: u32 = 0; i != 0 && n < MAX_STEPS; n++) {
    const hit = fits(ns, i, f) != ((field(i, FIB_X_FLAGS) & FIB_INVERT) != 0);
    if (hit && field(i, FIB_X_ACTION) == FIB_GOTO) {
      const to = field(i, FIB_X_TARGET);
      while (i != 0 && field(i, FIB_X_PRIORITY) < to) i = FibRule.at(i).next;
      continue;
    }
    if (hit) {
      const err = act(ns, i);
      if (err != -EAGAIN) return err;
    }
    i = FibRule.at(i).next;
  }
  return -EAGAIN;
}

/** Puts a rule behind those of its priority and lower ones. */
function insert(ns: u32, i: u32): void {
  dstFlush();
  const n = Net4.at(ns);
  const priority = field(i, FIB_X_PRIORITY);
  let prev: u32 = 0;
  let k = n.rules;
  while (k != 0 && field(k, FIB_X_PRIORITY) <= priority) {
    prev = k;
    k = FibRule.at(k).next;
  }
  FibRule.at(i).next = k;
  if (prev == 0) n.rules = i;
  else FibRule.at(prev).next = i;
}

function own(ns: u32, priority: u32, table: u32): bool {
  const i = slabAlloc(SLAB_FIBRULE);
  if (i == 0) return false;
  const x = record(i);
  store<u32>(x + FIB_X_PRIORITY, priority);
  store<u32>(x + FIB_X_FLAGS, priority == 0 ? FIB_PERMANENT : 0);
  store<u32>(x + FIB_X_ACTION, FIB_TO_TABLE);
  store<u32>(x + FIB_X_TABLE, table);
  store<u32>(x + FIB_X_SUPPRESS, 0xffffffff);
  insert(ns, i);
  return true;
}

/** Makes records of the kernel's own rules. */
function begin(ns: u32): bool {
  dstFlush();
  const n = Net4.at(ns);
  if (n.custom) return true;
  n.custom = 1;
  return own(ns, 0, RT_TABLE_LOCAL) && own(ns, 32766, RT_TABLE_MAIN) && own(ns, 32767, RT_TABLE_DEFAULT);
}

/** Adds a rule. @param x address of a FIB_X_* record @returns 0 or -ENOBUFS */
export function fibRuleAdd(ns: u32, x: usize): i32 {
  if (!begin(ns)) return -ENOBUFS;
  const i = slabAlloc(SLAB_FIBRULE);
  if (i == 0) return -ENOBUFS;
  memory.copy(record(i), x, FIB_X_SIZE);
  Net4.at(ns).dissects += dissects(i);
  insert(ns, i);
  return 0;
}

/** Deletes the rule that is equal to a FIB_X_* record. @returns 0, -ENOENT, or -ENOBUFS */
export function fibRuleDel(ns: u32, x: usize): i32 {
  dstFlush();
  if (!begin(ns)) return -ENOBUFS;
  const n = Net4.at(ns);
  let prev: u32 = 0;
  for (let k = n.rules; k != 0; k = FibRule.at(k).next) {
    if (memory.compare(record(k), x, FIB_X_SIZE) == 0) {
      if (prev == 0) n.rules = FibRule.at(k).next;
      else FibRule.at(prev).next = FibRule.at(k).next;
      n.dissects -= dissects(k);
      slabFree(SLAB_FIBRULE, k);
      return 0;
    }
    prev = k;
  }
  return -ENOENT;
}

/** All rules of a namespace go. */
export function fibRuleNsDestroy(ns: u32): void {
  const n = Net4.at(ns);
  while (n.rules != 0) {
    const next = FibRule.at(n.rules).next;
    slabFree(SLAB_FIBRULE, n.rules);
    n.rules = next;
  }
  n.custom = 0;
  n.dissects = 0;
}
