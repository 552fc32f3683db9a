/**
 * Traversal of a chain with its jumps, and the targets.
 * Limits: jumps nest to JUMP_CAP; a loop of chains drops.
 * @see Linux net/ipv4/netfilter/ip_tables.c: ipt_do_table
 */
import {
  DROP_CT_FULL,
  DROP_POLICY,
  DROP_REJECT,
  DROP_RULE,
  M_IN,
  M_OUT,
  RULE_CHAIN,
  RULE_IN,
  RULE_INVERT,
  RULE_MATCH,
  RULE_OUT,
  RULE_TARGET,
  RULE_VALUE,
  RULE_VALUE_MASK,
  TARGET_ACCEPT,
  TARGET_CONNMARK,
  TARGET_DROP,
  TARGET_GOTO,
  TARGET_JUMP,
  TARGET_LOG,
  TARGET_MARK,
  TARGET_NFLOG,
  TARGET_NONE,
  TARGET_NOTRACK,
  TARGET_REJECT,
  TARGET_RETURN,
  TARGET_TEE,
  TARGET_ZONE,
  TRACE_POLICY,
  TRACE_RETURN,
  TRACE_RULE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { recAbort, recCount } from '../flow/record';
import { JUMP_BASE, JUMP_CAP, Sim } from '../mem';
import { PF_NOTRACK, PF_TRACE, Pkt } from '../sim/packet';
import { trace } from '../sim/trace';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Len } from '../wire/ipv4';
import { ip6Len } from '../wire/ipv6';
import { ruleFits } from './match';
import { natTarget } from './nat';
import { nfReject } from './reject';
import { Chain, Rule, ruleAt } from './table';
import { nfLog } from './target/log';
import { mangleTarget, markSet } from './target/mangle';
import { teeTarget } from './target/tee';
import { zoneSet } from './zone';

/** The rule lets the packet go on to the next rule. */
const CONTINUE: u32 = 0xffffffff;

function bytesOf(p: Pkt): u64 {
  return (p.proto == ETH_IPV4 ? ip4Len(p.nh as usize) : ip6Len(p.nh as usize)) as u64;
}

/** Whether a device's name fits a rule's, at `r` and 16 bytes on its mask. Of all matches these tell most packets apart. */
function nameFits(r: usize, n0: u64, n1: u64): bool {
  return (((n0 ^ load<u64>(r)) & load<u64>(r, 16)) | ((n1 ^ load<u64>(r, 8)) & load<u64>(r, 24))) == 0;
}

/**
 * Runs a packet through a built-in chain. The packet stays the caller's.
 * @returns 0 to accept, or the reason to drop (DROP_*)
 */
export function chainRun(chain: u32, pkt: u32, hook: u32, indev: u32, outdev: u32): u32 {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  const base = s.jumps;
  const bytes = bytesOf(p);
  const in0: u64 = indev != 0 ? Dev.at(indev).name0 : 0;
  const in1: u64 = indev != 0 ? Dev.at(indev).name1 : 0;
  const out0: u64 = outdev != 0 ? Dev.at(outdev).name0 : 0;
  const out1: u64 = outdev != 0 ? Dev.at(outdev).name1 : 0;
  const traced = (p.flags & PF_TRACE) != 0;
  let i = Chain.at(chain).first;
  // The chain that is run, for the trace.
  let at = chain;
  while (true) {
    if (i == 0) {
      if (s.jumps == base) return policy(chain, p, bytes);
      if (traced) trace(p, TRACE_RETURN, at, 0, 0);
      s.jumps--;
      i = load<u32>(JUMP_BASE + (s.jumps as usize) * 8);
      at = load<u32>(JUMP_BASE + (s.jumps as usize) * 8, 4);
      continue;
    }
    const r = ruleAt(i);
    const rule = Rule.at(i);
    const m = load<u32>(r + RULE_MATCH);
    const named =
      (!(m & M_IN) || nameFits(r + RULE_IN, in0, in1) != ((load<u32>(r + RULE_INVERT) & M_IN) != 0)) &&
      (!(m & M_OUT) || nameFits(r + RULE_OUT, out0, out1) != ((load<u32>(r + RULE_INVERT) & M_OUT) != 0));
    if (!named || (m & ~(M_IN | M_OUT) && !ruleFits(i, r, p, indev, outdev))) {
      if (s.hotdrop != 0) {
        s.hotdrop = 0;
        s.jumps = base;
        return DROP_RULE;
      }
      i = rule.next;
      continue;
    }
    rule.packets++;
    rule.bytes += bytes;
    if (s.rec != 0) recCount(changetype<usize>(rule) + offsetof<Rule>('packets'), bytes);
    const target = load<u32>(r + RULE_TARGET);
    if (traced) trace(p, TRACE_RULE, rule.chain, i, target);
    if (target == TARGET_JUMP || target == TARGET_GOTO) {
      if (target == TARGET_JUMP) {
        if (s.jumps - base >= 64 || s.jumps >= JUMP_CAP) {
          s.jumps = base;
          return DROP_RULE;
        }
        store<u32>(JUMP_BASE + (s.jumps as usize) * 8, rule.next);
        store<u32>(JUMP_BASE + (s.jumps as usize) * 8, at, 4);
        s.jumps++;
      }
      at = load<u32>(r + RULE_CHAIN);
      i = Chain.at(at).first;
    } else if (target == TARGET_RETURN) i = 0;
    else {
      const verdict = act(pkt, target, i, r, hook, indev, outdev);
      if (verdict != CONTINUE) {
        s.jumps = base;
        return verdict;
      }
      i = rule.next;
    }
  }
}

function policy(chain: u32, p: Pkt, bytes: u64): u32 {
  const c = Chain.at(chain);
  c.packets++;
  c.bytes += bytes;
  if (Sim.at().rec != 0) recCount(changetype<usize>(c) + offsetof<Chain>('packets'), bytes);
  if (p.flags & PF_TRACE) trace(p, TRACE_POLICY, chain, c.drop ? 0 : 1, 0);
  return c.drop ? DROP_POLICY : 0;
}

/** Whether a packet has its connection, its zone or none for good. @see Linux xt_CT.c: xt_ct_target */
function decided(p: Pkt): bool {
  return (p.ct | p.ctinfo | (p.flags & PF_NOTRACK)) != 0;
}

function act(pkt: u32, target: u32, i: u32, r: usize, hook: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  const value = load<u32>(r + RULE_VALUE);
  const mask = load<u32>(r + RULE_VALUE_MASK);
  switch (target) {
    case TARGET_NONE:
    case TARGET_NFLOG:
      return CONTINUE;
    case TARGET_ACCEPT:
      return 0;
  }
  // All others do more than let a packet pass.
  recAbort();
  switch (target) {
    case TARGET_DROP:
      return DROP_RULE;
    case TARGET_REJECT:
      nfReject(pkt, value, mask);
      return DROP_REJECT;
    case TARGET_MARK:
      markSet(p, (p.mark & ~mask) ^ value);
      return CONTINUE;
    case TARGET_LOG:
      nfLog(pkt, i, hook, indev, outdev);
      return CONTINUE;
    case TARGET_NOTRACK:
      if (!decided(p)) p.flags |= PF_NOTRACK;
      return CONTINUE;
    case TARGET_TEE:
      teeTarget(pkt, r, hook);
      return CONTINUE;
    case TARGET_ZONE:
      return decided(p) || zoneSet(p, r) ? CONTINUE : DROP_CT_FULL;
  }
  if (target >= (TARGET_CONNMARK as u32)) {
    const bad = mangleTarget(pkt, target, r, hook, outdev);
    return bad == 0 ? CONTINUE : bad;
  }
  return natTarget(pkt, target, r, hook, indev, outdev);
}
