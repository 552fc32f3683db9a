/** Values that a lesson reads from the lab: what the words show, and what an answer is held against. */
import * as v from 'valibot';
import { formatIp } from '../base/ip.ts';
import { container } from './checks/container.ts';
import { filter, frameMatches } from './checks/frame.ts';
import { place, valuesAt } from './checks/inspect.ts';
import { link, linksOf } from './checks/link.ts';
import { showOf } from './checks/matching.ts';
import { route, routesOf } from './checks/route.ts';
import { packetsOf, rule } from './checks/rule.ts';
import type { Evidence } from './evidence.ts';

/** Of containers, the newest that matches: its `name`, its first `ip`, or the host `port` of its first published one. */
const ofContainer = v.strictObject({ container, show: v.picklist(['name', 'id', 'ip', 'port', 'count']) });
const ofInspect = v.strictObject({ inspect: v.strictObject(place) });
const ofLink = v.strictObject({ link, show: v.picklist(['name', 'mac', 'addr', 'count']) });
const ofRoute = v.strictObject({ route, show: v.picklist(['via', 'dev']) });
/** Of the frames since the step began, the last. */
const ofFrame = v.strictObject({
  frame: v.strictObject(filter),
  show: v.picklist(['src', 'dst', 'sport', 'dport', 'count']),
});
const ofRule = v.strictObject({ rule, show: v.literal('packets') });

const union = v.union([ofContainer, ofInspect, ofLink, ofRoute, ofFrame, ofRule]);
export type Value = v.InferOutput<typeof union>;
export const value: v.GenericSchema<unknown, Value> = union;

/** What it is now, all of them where it may be several; none: the lab has no such thing. */
export async function read(value: Value, evidence: Evidence): Promise<string[]> {
  if ('inspect' in value) return (await valuesAt(value.inspect, evidence)).map((x) => String(x));
  return readNow(value, evidence);
}

/** As read, of what needs no question to the engine. */
export function readNow(value: Exclude<Value, { inspect: unknown }>, evidence: Evidence): string[] {
  if ('container' in value) return shown(showOf(evidence.view, value.container, value.show));
  if ('link' in value) {
    const found = linksOf(value.link, evidence);
    if (value.show === 'count') return [`${found.length}`];
    // An address is one with its prefix length or without.
    if (value.show === 'addr') return found.flatMap((l) => l.addrs.flatMap((a) => [a, a.split('/')[0] as string]));
    return found.map((l) => l[value.show as 'name' | 'mac']);
  }
  if ('route' in value) {
    const [first] = routesOf(value.route, evidence);
    return shown(first && (value.show === 'dev' ? first.dev : first.route.via && formatIp(first.route.via)));
  }
  if ('rule' in value) return [`${packetsOf(value.rule, evidence)}`];
  const seen = evidence.frames.filter((f) => frameMatches(f, value.frame));
  return value.show === 'count' ? [`${seen.length}`] : shown(seen.at(-1)?.[value.show]);
}

const shown = (x: string | number | undefined): string[] => (x === undefined || x === '' ? [] : [`${x}`]);
