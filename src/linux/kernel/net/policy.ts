/**
 * Policy rules (`ip rule`): the list as it is shown, and its counterpart in the core.
 * Limits: those of IPv6 are kept and shown; IPv6 is routed by its main table.
 * @see Linux net/core/fib_rules.c: fib_nl_newrule, fib_nl_delrule
 */
import { type Prefix, sameIp } from '../../../base/ip.ts';
import type { CoreFibRule } from '../../core/core.ts';
import { EEXIST, EINVAL, ENOENT, type Errno, errnoOf } from '../errno.ts';
import type { PolicyRule } from '../netadmin.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** @see Linux include/uapi/linux/fib_rules.h: FR_ACT_* */
const ACTION: Readonly<Record<PolicyRule['action'], number>> = {
  lookup: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};

function prefix4(p: Prefix | undefined): { addr: number; bits: number } | undefined {
  if (p?.addr.v !== 4 || p.bits === 0) return undefined;
  return { addr: p.bits === 32 ? p.addr.value : (p.addr.value & (-1 << (32 - p.bits))) >>> 0, bits: p.bits };
}

function toCore(r: PolicyRule): CoreFibRule {
  const src = prefix4(r.src);
  const dst = prefix4(r.dst);
  return {
    priority: r.priority,
    action: ACTION[r.action],
    table: r.table ?? 0,
    ...(r.not && { not: true }),
    ...(r.target !== undefined && { target: r.target }),
    ...(src && { src }),
    ...(dst && { dst }),
    ...(r.mark && { mark: (r.mark.value & r.mark.mask) >>> 0, mask: r.mark.mask }),
    ...(r.tos !== undefined && { tos: r.tos }),
    ...(r.iif !== undefined && { iif: r.iif }),
    ...(r.oif !== undefined && { oif: r.oif }),
    ...(r.proto !== undefined && { proto: r.proto }),
    ...(r.sport && { sport: [r.sport.from, r.sport.to] as const }),
    ...(r.dport && { dport: [r.dport.from, r.dport.to] as const }),
    ...(r.suppress !== undefined && { suppress: r.suppress }),
  };
}

const samePrefix = (a: Prefix | undefined, b: Prefix | undefined): boolean =>
  a === undefined || b === undefined ? a === b : a.bits === b.bits && sameIp(a.addr, b.addr);

const SCALARS = ['priority', 'tos', 'iif', 'oif', 'proto', 'action', 'table', 'target', 'suppress'] as const;

/** Whether a rule has all that is given. @param exact whether it must have nothing else */
function fits(r: PolicyRule, want: Partial<PolicyRule>, exact: boolean): boolean {
  if (r.family !== want.family) return false;
  if ((exact || want.not) && (r.not ?? false) !== (want.not ?? false)) return false;
  for (const key of SCALARS) if ((exact || want[key] !== undefined) && r[key] !== want[key]) return false;
  for (const key of ['src', 'dst'] as const)
    if ((exact || want[key] !== undefined) && !samePrefix(r[key], want[key])) return false;
  for (const key of ['sport', 'dport'] as const)
    if ((exact || want[key]) && (r[key]?.from !== want[key]?.from || r[key]?.to !== want[key]?.to)) return false;
  return !(exact || want.mark) || (r.mark?.value === want.mark?.value && r.mark?.mask === want.mark?.mask);
}

/** The priority of a rule that is given none: it goes before the second. @see fib_default_rule_pref */
function defaultPriority(ns: Netns, family: 4 | 6): number {
  const second = ns.policy.filter((r) => r.family === family)[1];
  return second?.priority ? second.priority - 1 : 0;
}

export function addPolicyRule(
  world: NetWorld,
  ns: Netns,
  given: Omit<PolicyRule, 'priority'> & { priority?: number },
): Errno | 0 {
  const rule: PolicyRule = { ...given, priority: given.priority ?? defaultPriority(ns, given.family) };
  if (rule.action === 'goto' && (rule.target ?? 0) <= rule.priority) return EINVAL;
  if (ns.policy.some((r) => fits(r, rule, true))) return EEXIST;
  if (rule.family === 4) {
    const err = world.core.fibRuleAdd(ns.core, toCore(rule));
    if (err < 0) return errnoOf(err);
  }
  const at = ns.policy.findIndex((r) => r.family === rule.family && r.priority > rule.priority);
  ns.policy.splice(at < 0 ? ns.policy.length : at, 0, rule);
  world.watch.rule(ns, rule);
  return 0;
}

export function delPolicyRule(world: NetWorld, ns: Netns, want: Partial<PolicyRule> & { family: 4 | 6 }): Errno | 0 {
  const rule = ns.policy.find((r) => fits(r, want, false));
  if (!rule) return ENOENT;
  if (rule.family === 4) {
    const err = world.core.fibRuleDel(ns.core, toCore(rule));
    if (err < 0) return errnoOf(err);
  }
  ns.policy.splice(ns.policy.indexOf(rule), 1);
  world.watch.rule(ns, rule, true);
  return 0;
}
