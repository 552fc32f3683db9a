/**
 * The evaluator: is a check true of this evidence?
 *
 * Traffic (`request`, `frame`, `dns`, `drop`, `call`, `reach` with `tried`, a rule that `moved`) stays true for the rest
 * of the step once seen; state must hold at the moment the step is judged. A frame that must be `unseen` is state: it
 * may be spoilt later.
 */
import type { Evidence } from '../evidence.ts';
import { judgeCall } from './call.ts';
import { judgeConntrack } from './conntrack.ts';
import { judgeContainer } from './container.ts';
import { judgeDns } from './dns.ts';
import { judgeDrop } from './drop.ts';
import { judgeEndpoint } from './endpoint.ts';
import { judgeFile } from './file.ts';
import { judgeFrame } from './frame.ts';
import { judgeInspect } from './inspect.ts';
import { judgeLink } from './link.ts';
import { judgeListening } from './listening.ts';
import { judgeNetwork } from './network.ts';
import { judgeProbe, judgeTried } from './reach.ts';
import { judgeRequest } from './request.ts';
import { judgeRoute } from './route.ts';
import { judgeRule, packetsOf } from './rule.ts';
import { type Check, within } from './tree.ts';
import { judgeVolume } from './volume.ts';

/** Places of traffic checks that have been seen true. */
export type Latch = Set<string>;

/** Judges a check. @param place its path in the step's tree, the key of latch and baseline */
export async function judge(check: Check, evidence: Evidence, latch: Latch, place = ''): Promise<boolean> {
  if ('all' in check) return (await each(check.all, evidence, latch, place)).every(Boolean);
  if ('any' in check) return (await each(check.any, evidence, latch, place)).some(Boolean);
  if ('not' in check) return !(await judge(check.not, evidence, latch, `${place}!`));
  if ('since' in check) return judge(check.since.check, evidence.since(check.since.step), latch, `${place}@`);
  if (!isTraffic(check)) return predicate(check, evidence, place);
  if (!latch.has(place) && (await predicate(check, evidence, place))) latch.add(place);
  return latch.has(place);
}

/** The members of a list, each judged: all of them, so that every latch has its chance. */
export async function each(
  list: readonly Check[],
  evidence: Evidence,
  latch: Latch,
  place: string,
): Promise<boolean[]> {
  const verdicts: boolean[] = [];
  for (const [i, c] of list.entries()) verdicts.push(await judge(c, evidence, latch, `${place}.${i}`));
  return verdicts;
}

/** Whether it is about what happened, not about what is. */
export function isTraffic(check: Check): boolean {
  if ('frame' in check) return !check.frame.unseen && check.frame.count === undefined;
  if ('rule' in check) return check.rule.moved === true;
  if ('reach' in check) return check.reach.tried;
  return 'request' in check || 'dns' in check || 'drop' in check || 'call' in check;
}

/** Whether it looks at frames. */
export function isOfFrames(check: Check): boolean {
  return 'frame' in check || 'request' in check || 'dns' in check || ('reach' in check && check.reach.tried);
}

async function predicate(check: Check, evidence: Evidence, place: string): Promise<boolean> {
  if ('container' in check) return judgeContainer(check.container, evidence);
  if ('network' in check) return judgeNetwork(check.network, evidence);
  if ('endpoint' in check) return judgeEndpoint(check.endpoint, evidence);
  if ('volume' in check) return judgeVolume(check.volume, evidence);
  if ('inspect' in check) return judgeInspect(check.inspect, evidence);
  if ('file' in check) return judgeFile(check.file, evidence);
  if ('listening' in check) return judgeListening(check.listening, evidence);
  if ('link' in check) return judgeLink(check.link, evidence);
  if ('route' in check) return judgeRoute(check.route, evidence);
  if ('rule' in check) return judgeRule(check.rule, evidence, evidence.baseline[place] ?? 0);
  if ('conntrack' in check) return judgeConntrack(check.conntrack, evidence);
  if ('reach' in check) return (check.reach.tried ? judgeTried : judgeProbe)(check.reach, evidence);
  if ('request' in check) return judgeRequest(check.request, evidence);
  if ('frame' in check) return judgeFrame(check.frame, evidence);
  if ('dns' in check) return judgeDns(check.dns, evidence);
  if ('drop' in check) return judgeDrop(check.drop, evidence);
  if ('call' in check) return judgeCall(check.call, evidence);
  if ('answer' in check) return evidence.answered(check.answer);
  throw new Error('check of no known kind');
}

/** Packet counters of every rule check that looks at movement, for the start of a step. */
export function baselineOf(check: Check, evidence: Evidence, place = ''): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const c of within(check, place))
    if ('rule' in c.check && c.check.rule.moved) counts[c.place] = packetsOf(c.check.rule, evidence);
  return counts;
}
