/** `rule`: netfilter rules match; with `moved`, they have counted a packet since the step began. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, port, range, text, transport } from './fields.ts';
import { inRange } from './look.ts';

export const rule = v.strictObject({
  machine,
  family: v.optional(v.picklist([4, 6]), 4),
  table: v.picklist(['raw', 'nat', 'filter', 'mangle']),
  chain: text,
  target: about(v.optional(text), '`ACCEPT`, `DROP`, `DNAT`, or a chain that is jumped to.'),
  proto: v.optional(transport),
  dport: v.optional(port),
  in: about(v.optional(text), 'Interfaces, as the rule names them.'),
  out: v.optional(text),
  count: about(v.optional(range), 'How many rules; one or more when absent.'),
  moved: about(v.optional(v.boolean()), 'Their packet counters have grown since the step began.'),
});
export type RuleCheck = v.InferOutput<typeof rule>;

const PROTO = { tcp: 6, udp: 17 } as const;

/** @param before packets that were counted when the step began */
export const judgeRule = (want: RuleCheck, evidence: Evidence, before: number): boolean =>
  want.moved ? packetsOf(want, evidence) > before : inRange(rulesOf(want, evidence).length, want.count);

function rulesOf(want: RuleCheck, evidence: Evidence) {
  return evidence
    .rules(want.machine, want.family, want.table, want.chain)
    .filter(
      ({ rule }) =>
        (want.target === undefined ||
          rule.target?.kind === want.target ||
          (rule.target?.kind === 'jump' && rule.target.chain === want.target)) &&
        (want.proto === undefined || rule.proto?.value === PROTO[want.proto]) &&
        (want.dport === undefined || (rule.dport?.value.from === want.dport && rule.dport.value.to === want.dport)) &&
        (want.in === undefined || rule.in?.value === want.in) &&
        (want.out === undefined || rule.out?.value === want.out),
    );
}

/** Packets that the rules have counted together. */
export const packetsOf = (want: RuleCheck, evidence: Evidence): number =>
  rulesOf(want, evidence).reduce((n, r) => n + r.packets, 0);
