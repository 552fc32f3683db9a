/**
 * Queueing disciplines as netlink sets and shows them: who may replace whom, handles, the messages.
 * @see Linux net/sched/sch_api.c: tc_modify_qdisc, tc_get_qdisc
 */
import * as abi from '../../core/abi.ts';
import type { CoreQdisc, CoreQdiscState } from '../../core/core.ts';
import { EEXIST, EINVAL, ENOENT, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Qdisc, QdiscRequest, QdiscSettings } from '../netadmin.ts';
import { DISTRIBUTIONS, distributionTable } from './distributions.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const KINDS = {
  netem: abi.QDISC_NETEM,
  tbf: abi.QDISC_TBF,
  pfifo: abi.QDISC_PFIFO,
  bfifo: abi.QDISC_BFIFO,
} as const;
const NAMES: Readonly<Record<number, keyof typeof KINDS>> = { 1: 'netem', 2: 'tbf', 3: 'pfifo', 4: 'bfifo' };
/** Handles that the kernel chooses begin here. */
const FIRST_HANDLE = 0x8001;

/** A device's root discipline by name. */
export function rootName(world: NetWorld, d: Device): string {
  const root = world.core.qdiscs(d.dev)[0];
  if (!d.activated) return 'noop';
  return root ? (NAMES[root.kind] ?? '') : 'noqueue';
}

/** Beside the root each transmit queue holds a reference; veth pairs have two here. */
const references = (d: Device): number => (d.kind === 'veth' ? 3 : 2);

function settingsOf(q: CoreQdiscState): QdiscSettings {
  const kind = NAMES[q.kind];
  if (kind === 'tbf')
    return {
      kind,
      rate: q.rate ?? 0,
      burst: q.burst ?? 0,
      limit: q.limit,
      ...(q.peak ? { peakrate: q.peak, mtu: q.mtu ?? 0 } : {}),
    };
  if (kind !== 'netem') return { kind: kind === 'bfifo' ? 'bfifo' : 'pfifo', limit: q.limit };
  const chance = (c: CoreQdisc['loss']): typeof c => (c && c[0] !== 0 ? c : undefined);
  const set = {
    loss: chance(q.loss),
    duplicate: chance(q.duplicate),
    reorder: chance(q.reorder),
    corrupt: chance(q.corrupt),
  };
  return {
    kind,
    limit: q.limit,
    ...(q.delayNs && { delay: q.delayNs }),
    ...(q.jitterNs && { jitter: q.jitterNs }),
    ...(q.delayCorr && { delayCorrelation: q.delayCorr }),
    ...(q.dist && { distribution: DISTRIBUTIONS[q.dist] }),
    ...(set.loss && { loss: set.loss }),
    ...(q.model === abi.LOSS_STATES && { lossState: q.chain ?? [] }),
    ...(q.model === abi.LOSS_GEMODEL && { lossGemodel: (q.chain ?? []).slice(0, 4) }),
    ...(set.duplicate && { duplicate: set.duplicate }),
    ...(set.reorder && { reorder: set.reorder }),
    ...(set.corrupt && { corrupt: set.corrupt }),
    ...(q.gap && { gap: q.gap }),
    ...(q.rate && { rate: q.rate }),
    ...(q.overhead && { overhead: q.overhead }),
    ...(q.cell && { cell: q.cell }),
    ...(q.cellOverhead && { cellOverhead: q.cellOverhead }),
    seed: q.seed ?? 0n,
  };
}

function shown(d: Device, q: CoreQdiscState): Qdisc {
  const root = q.parent === abi.QDISC_ROOT;
  return {
    ifindex: d.ifindex,
    handle: q.handle >>> 16,
    ...(!root && { parent: [q.parent >>> 16, q.parent & 0xffff] as const }),
    refcnt: root ? references(d) : 1,
    settings: settingsOf(q),
    bytes: q.bytes,
    packets: q.packets,
    drops: q.drops,
    overlimits: q.overlimits,
    requeues: q.requeues,
    backlog: q.backlog,
    qlen: q.qlen,
  };
}

const NONE = { bytes: 0, packets: 0, drops: 0, overlimits: 0, requeues: 0, backlog: 0, qlen: 0 };

export function listQdiscs(world: NetWorld, ns: Netns, ifname?: string): Qdisc[] {
  return ns.devices
    .filter((d) => ifname === undefined || d.name === ifname)
    .flatMap((d): Qdisc[] => {
      const own = world.core.qdiscs(d.dev).map((q) => shown(d, q));
      return own.length > 0 || !d.up ? own : [{ ifindex: d.ifindex, handle: 0, refcnt: 2, ...NONE }];
    });
}

function toCore(world: NetWorld, s: QdiscSettings, handle: number, parent: number): CoreQdisc {
  const place = { kind: KINDS[s.kind], handle: handle * 65536, parent, limit: s.limit };
  if (s.kind === 'tbf') return { ...place, rate: s.rate, burst: s.burst, peak: s.peakrate ?? 0, mtu: s.mtu ?? 0 };
  if (s.kind !== 'netem') return place;
  const dist = DISTRIBUTIONS.indexOf(s.distribution ?? 'uniform');
  if (dist > 0) world.core.netemDist(dist, distributionTable(DISTRIBUTIONS[dist] as string));
  const model = s.lossState ? abi.LOSS_STATES : s.lossGemodel ? abi.LOSS_GEMODEL : abi.LOSS_RANDOM;
  return {
    ...place,
    delayNs: s.delay ?? 0,
    jitterNs: Math.min(s.jitter ?? 0, 0x7fffffff),
    delayCorr: s.delayCorrelation ?? 0,
    dist,
    ...(s.loss && { loss: s.loss }),
    ...(s.duplicate && { duplicate: s.duplicate }),
    ...(s.reorder && { reorder: s.reorder }),
    ...(s.corrupt && { corrupt: s.corrupt }),
    gap: s.gap ?? 0,
    rate: s.rate ?? 0,
    overhead: s.overhead ?? 0,
    cell: s.cell ?? 0,
    cellOverhead: s.cellOverhead ?? 0,
    model,
    chain: s.lossState ?? s.lossGemodel ?? [],
    ...(s.seed !== undefined && { seed: s.seed }),
  };
}

/** The next handle that no discipline of the device has. */
function freeHandle(world: NetWorld, d: Device): number {
  const taken = world.core.qdiscs(d.dev).map((q) => q.handle >>> 16);
  let h = Math.max(FIRST_HANDLE, d.ns.lastHandle + 1);
  while (taken.includes(h)) h++;
  d.ns.lastHandle = h;
  return h;
}

/** Whether a request makes a new discipline, changes what is there, or is refused. */
function decide(request: QdiscRequest, there: CoreQdiscState | undefined): 'new' | 'change' | Errno {
  const { how } = request;
  const handle = request.handle ?? 0;
  const create = how !== 'change';
  const replace = how === 'replace';
  const same = there !== undefined && NAMES[there.kind] === request.settings.kind;
  if (there && handle !== 0 && there.handle >>> 16 !== handle)
    return replace ? 'new' : EEXIST.says('NLM_F_REPLACE needed to override');
  if (!there) return create ? 'new' : ENOENT.says('Qdisc not found. To create specify NLM_F_CREATE flag');
  if (replace && handle === 0 && !same) return 'new';
  if (how === 'add') return EEXIST.says('Exclusivity flag on, cannot modify');
  return same ? 'change' : EINVAL.says('Invalid qdisc name: must match existing qdisc');
}

export function setQdisc(world: NetWorld, ns: Netns, request: QdiscRequest): Errno | 0 {
  const d = ns.named(request.dev);
  if (isErr(d)) return d;
  const all = world.core.qdiscs(d.dev);
  const parent = request.parent === undefined ? abi.QDISC_ROOT : request.parent[0] * 65536 + request.parent[1];
  if (request.parent) {
    const outer = all.find((q) => q.handle >>> 16 === request.parent?.[0]);
    if (!outer) return ENOENT.says('Failed to find specified qdisc');
    if (outer.kind > abi.QDISC_TBF || outer.parent !== abi.QDISC_ROOT) return EINVAL.says('Specified class not found');
    if (request.parent[1] !== 1) return ENOENT.says('Specified class not found');
  }
  const there = all.find((q) => q.parent === parent);
  const what = decide(request, there);
  if (isErr(what)) return what;
  const handle = request.handle || (what === 'change' ? (there?.handle ?? 0) >>> 16 : freeHandle(world, d));
  const err = world.core.qdiscSet(d.dev, toCore(world, request.settings, handle, parent), what === 'new');
  return err < 0 ? errnoOf(err) : 0;
}

export function delQdisc(
  world: NetWorld,
  ns: Netns,
  ifname: string,
  at: readonly [number, number] | undefined,
  handle = 0,
): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const parent = at === undefined ? abi.QDISC_ROOT : at[0] * 65536 + at[1];
  const err = world.core.qdiscDel(d.dev, parent, handle * 65536);
  if (err === -ENOENT.code)
    return at === undefined
      ? ENOENT.says('Cannot delete qdisc with handle of zero')
      : ENOENT.says('Failed to find qdisc with specified classid');
  return err < 0 ? EINVAL.says('Invalid handle') : 0;
}
