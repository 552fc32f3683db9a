/** `link`: network devices of a machine or a container. */
import * as v from 'valibot';
import type { ViewLink } from '../../lab/view.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { containerOf, inRange, machineOf } from './look.ts';

export const link = v.strictObject({
  machine,
  container: about(v.optional(text), 'Inside this container; without it, on the machine.'),
  name: v.optional(text),
  kind: about(v.optional(text), '`bridge`, `veth`, `vxlan`, `macvlan`, `ipvlan`, `dummy`, `vlan`, `loopback`.'),
  master: about(v.optional(text), 'Bridge it is a port of.'),
  addr: about(v.optional(text), 'An address with its prefix length: `172.18.0.1/16`.'),
  mac: v.optional(text),
  up: v.optional(v.boolean()),
  count: about(v.optional(range), 'How many such; one or more when absent.'),
});
export type LinkCheck = v.InferOutput<typeof link>;

export const judgeLink = (want: LinkCheck, evidence: Evidence): boolean =>
  inRange(linksOf(want, evidence).length, want.count);

/** Devices that have all of it. */
export function linksOf(want: LinkCheck, { view }: Pick<Evidence, 'view'>): readonly ViewLink[] {
  const place =
    want.container === undefined ? machineOf(view, want.machine) : containerOf(view, want.machine, want.container);
  return (place?.links ?? []).filter(
    (l) =>
      (want.name === undefined || l.name === want.name) &&
      (want.kind === undefined || l.kind === want.kind) &&
      (want.master === undefined || l.master === want.master) &&
      (want.mac === undefined || l.mac === want.mac) &&
      (want.up === undefined || l.up === want.up) &&
      (want.addr === undefined || l.addrs.includes(want.addr)),
  );
}
