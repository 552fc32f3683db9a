/** `route`: routes of a namespace, or the one that an address would take. */
import * as v from 'valibot';
import { formatIp, formatPrefix, parseIp } from '../../base/ip.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Route } from '../../linux/kernel/netadmin.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange } from './look.ts';

export const route = v.strictObject({
  machine,
  container: about(v.optional(text), "In this container's namespace; without it, in the machine's own."),
  family: v.optional(v.picklist([4, 6]), 4),
  to: about(v.optional(text), '`default` or a prefix: a route of the main table.'),
  get: about(v.optional(text), 'An address instead: the route that it would take, as `ip route get` tells.'),
  via: about(v.optional(text), 'Gateway; `none`: there is none, the destination is on the link.'),
  dev: v.optional(text),
  src: v.optional(text),
  count: about(v.optional(range), 'How many such; one or more when absent.'),
});
export type RouteCheck = v.InferOutput<typeof route>;

export const judgeRoute = (want: RouteCheck, evidence: Evidence): boolean =>
  inRange(routesOf(want, evidence).length, want.count);

/** Routes that have all of it, with the name of their device. */
export function routesOf(want: RouteCheck, evidence: Evidence): readonly { route: Route; dev: string }[] {
  const net = evidence.net(want.machine, want.container);
  if (!net) return [];
  const names = new Map(net.links().map((l) => [l.ifindex, l.name]));
  return found(want, net)
    .map((r) => ({ route: r, dev: names.get(r.ifindex ?? 0) ?? '' }))
    .filter(
      ({ route, dev }) =>
        (want.to === undefined || (route.dst ? formatPrefix(route.dst) : 'default') === want.to) &&
        (want.via === undefined || (route.via ? formatIp(route.via) : 'none') === want.via) &&
        (want.src === undefined || (route.src && formatIp(route.src)) === want.src) &&
        (want.dev === undefined || dev === want.dev),
    );
}

function found(want: RouteCheck, net: NonNullable<ReturnType<Evidence['net']>>): readonly Route[] {
  if (want.get === undefined) return net.routes(want.family);
  const address = parseIp(want.get);
  const got = address && net.lookupRoute(address);
  return got === undefined || isErr(got) ? [] : [got];
}
