/**
 * Journeys: the records of the core, taken while the lab runs and put together by packet. A step that explains the one
 * before it joins it: a NAT rule and the rewriting it caused, a rule or policy and the drop.
 * Limits: the last 2048 packets are kept, of each 2000 steps; of the drops, the last 256.
 */

import type { TraceRecord } from '../../linux/core/core.ts';
import { TRACE_IN6, TRACE_L4 } from '../../linux/core/trace.ts';
import type { LabWorld } from '../../linux/kernel/world.ts';
import { ICMP_TYPES, ICMP6_TYPES } from '../icmp.ts';
import type { ViewDrop } from '../view.ts';
import type { Viewed } from '../views.ts';
import type { Ends, EventOf, Journey, JourneyEvent, Step } from './event.ts';
import { Names } from './names.ts';
import { endsOf, Reader } from './read.ts';

const KEPT = 2048;
const LONGEST = 2000;
const KEPT_DROPS = 256;
/** Multicast addresses, as text. */
const GROUP = /^(?:ff[0-9a-f]{2}:|22[4-9]\.|23\d\.)/;
/** Targets whose rewriting follows at once. */
const NAT = ['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'];
/** DROP_RULE, DROP_POLICY, DROP_REJECT of wasm/abi/drop.ts: dropped by what the step before says. */
const BY_RULES = [20, 21, 22];

/** What a step has beside its event. */
type Where = Pick<Step, 'time' | 'packet' | 'machine' | 'container' | 'ifname'>;

/** A journey that still goes on. */
interface Draft {
  readonly packet: number;
  /** Counts up by one for each packet that is first seen. */
  readonly seq: number;
  because?: number;
  title: string;
  readonly steps: Step[];
}

/** `TCP 192.168.56.11.41712 > 192.168.56.12.80 [S]`, `ICMP 172.17.0.2 > 172.17.0.3 echo request`, … */
export function titleOf(e: Ends): string {
  const end = (address: string, port: number | undefined): string =>
    port === undefined ? address : `${address}.${port}`;
  if (e.proto === '') return 'a frame';
  const head = `${e.proto} ${end(e.src === '' ? '?' : e.src, e.sport)} > ${end(e.dst, e.dport)}`;
  if (e.flags !== undefined) return `${head} [${e.flags}]${e.bytes ? ` ${e.bytes} bytes` : ''}`;
  if (e.type !== undefined) return `${head} ${icmpTitle(e.type, e.code ?? 0, e.proto)}`;
  return e.bytes === undefined ? head : `${head} ${e.bytes} bytes`;
}

/** Echoes have no code worth telling. */
function icmpTitle(type: number, code: number, proto: string): string {
  const name = (proto === 'ICMPv6' ? ICMP6_TYPES : ICMP_TYPES)[type] ?? `type ${type}`;
  return code === 0 ? name : `${name} code ${code}`;
}

function arpTitle(e: EventOf<'arp-made'>): string {
  return e.op === 'request' ? `ARP who-has ${e.target} tell ${e.sender}` : `ARP ${e.sender} is-at`;
}

export class Tracer {
  readonly #drafts = new Map<number, Draft>();
  readonly #drops: ViewDrop[] = [];
  #seq = 0;
  #dropSeq = 0;
  #on = false;
  #reader = new Reader();

  constructor(
    readonly world: LabWorld,
    readonly machines: readonly Viewed[],
  ) {}

  /** What is traced from now on, as Core.trace takes it. What was traced stays until it is forgotten. */
  trace(what: Parameters<LabWorld['core']['trace']>[0]): void {
    this.drain();
    this.world.core.trace(what);
    this.#on = what !== false;
  }

  /** Takes what the core has recorded. Call it often while something is traced: names are those of now. */
  drain(): void {
    if (!this.#on) return;
    let names: Names | undefined;
    this.world.core.traceRead((r) => {
      names ??= new Names(this.world, this.machines);
      this.#take(r, names);
    });
  }

  /** Journeys of packets first seen at `since` or later, in order, and how many records the core had to overwrite. */
  journeys(since: number): { journeys: readonly Journey[]; next: number; lost: number } {
    this.drain();
    const drafts = [...this.#drafts.values()].filter((d) => d.seq >= since);
    return { journeys: drafts.map(told), next: this.#seq, lost: this.world.core.traceLost() };
  }

  journey(packet: number): Journey | undefined {
    this.drain();
    const draft = this.#drafts.get(packet);
    return draft && told(draft);
  }

  /** Drops with a sequence number of `seq` or more, oldest first. */
  drops(seq: number): readonly ViewDrop[] {
    this.drain();
    return this.#drops.filter((d) => d.seq >= seq);
  }

  #draft(packet: number): Draft {
    let draft = this.#drafts.get(packet);
    if (!draft) {
      draft = { packet, seq: this.#seq++, title: '', steps: [] };
      this.#drafts.set(packet, draft);
      if (this.#drafts.size > KEPT) this.#drafts.delete(this.#drafts.keys().next().value as number);
    }
    return draft;
  }

  #take(r: TraceRecord, names: Names): void {
    const draft = this.#draft(r.packet);
    if (draft.steps.length >= LONGEST) return;
    if (r.what === TRACE_IN6) {
      this.#reader.address(r);
      return;
    }
    if (r.what === TRACE_L4) {
      this.#addEnds(draft, r, names);
      return;
    }
    let event = this.#reader.read(r, names);
    if (event.kind === 'because') {
      draft.because = event.cause;
      const title = this.#drafts.get(event.cause)?.title;
      if (title) event = { ...event, title };
    }
    if (event.kind === 'made' || event.kind === 'picked') draft.title ||= titleOf(event);
    else if (event.kind === 'arp-made') draft.title ||= arpTitle(event);
    const ifname = names.device(r.dev);
    // The event is fresh: it becomes the step, for a copy of each would cost more than to read it.
    const { machine, container } = names.place(r.ns);
    const where: { -readonly [K in keyof Where]: Where[K] } = { time: r.time, packet: r.packet, machine };
    if (container !== undefined) where.container = container;
    if (ifname !== undefined) where.ifname = ifname;
    const step: Step = Object.assign(event, where);
    const joined = join(draft.steps, step);
    if (joined) draft.steps[draft.steps.length - 1] = joined;
    else draft.steps.push(step);
    const last = joined ?? step;
    if (last.kind === 'dropped') this.#addDrop(draft, last);
  }

  #addDrop({ title, steps }: Draft, step: ViewDrop['step']): void {
    const made = steps.find((s) => s.kind === 'made' || s.kind === 'picked');
    const group = made !== undefined && GROUP.test(made.dst);
    this.#drops.push({ seq: this.#dropSeq++, title, group, step });
    if (this.#drops.length > KEPT_DROPS) this.#drops.shift();
  }

  /** The ports and the sender of the packet whose making was told last. */
  #addEnds(draft: Draft, r: TraceRecord, names: Names): void {
    const at = draft.steps.findLastIndex((s) => s.kind === 'made' || s.kind === 'picked');
    const made = draft.steps[at];
    if (made?.kind !== 'made' && made?.kind !== 'picked') return;
    const ends = endsOf(made, r);
    const by = made.kind === 'made' ? names.holder(r.c) : undefined;
    draft.steps[at] = { ...made, ...ends, ...(by && { by }) };
    draft.title = titleOf(ends);
  }
}

/** A draft as it stands. */
function told({ seq: _, ...draft }: Draft): Journey {
  return { ...draft, steps: [...draft.steps] };
}

/** The step that says both what the last one says and why, or undefined when they are two. */
function join(steps: readonly Step[], step: Step): Step | undefined {
  const last = steps.at(-1);
  if (!last || last.machine !== step.machine || last.container !== step.container) return undefined;
  if (step.kind === 'rewritten' && last.kind === 'rule' && NAT.includes(last.target))
    return { ...last, rewrite: step.rewrite };
  if (step.kind !== 'dropped' || !BY_RULES.includes(step.reason)) return undefined;
  if (last.kind === 'rule') return { ...step, rule: last.rule };
  return last.kind === 'policy' ? { ...step, policy: last.policy } : undefined;
}

/** Whether a packet met its end in what an event says: it is dropped, delivered or gone. */
export function isEnd(e: JourneyEvent): boolean {
  return ['dropped', 'socket', 'icmp-read', 'arp-read', 'merged', 'void'].includes(e.kind);
}
