/** One event at a time: what happens in a lab between now and the next moment at which anything can be seen to happen. */
import type { Machine as KernelMachine } from '../../linux/kernel/kernel.ts';
import type { Lab } from '../lab.ts';
import type { ViewCall, ViewFrame } from '../view.ts';
import type { Sitting } from './sitting.ts';

/** One thing that happened. */
export type Happening =
  | { readonly kind: 'frame'; readonly frame: ViewFrame }
  | { readonly kind: 'call'; readonly call: ViewCall }
  | { readonly kind: 'begin' | 'end'; readonly machine: string; readonly pid: number; readonly comm: string }
  | { readonly kind: 'output'; readonly terminal: number; readonly text: string }
  /** A timer ran out and nothing of the above came of it: one of a program's, or one of the kernels' network code. */
  | { readonly kind: 'timer'; readonly of: 'program' | 'network' };

/** The processes of all machines, by machine and pid. */
function processes(lab: Lab): Map<string, { machine: string; pid: number; comm: string }> {
  const all = new Map<string, { machine: string; pid: number; comm: string }>();
  for (const { name, kernel } of lab.machines)
    for (const p of (kernel as KernelMachine).processes())
      if (p.info.state !== 'Z')
        all.set(`${name} ${p.pid} ${p.info.start}`, { machine: name, pid: p.pid, comm: p.info.comm });
  return all;
}

const nextSeq = (all: readonly { readonly seq: number }[]): number => (all.at(-1)?.seq ?? -1) + 1;

/** What is new since it was made. */
export class Watch {
  #frame: number;
  #call: number;
  #processes: ReturnType<typeof processes>;

  constructor(readonly lab: Lab) {
    this.#frame = lab.tap.next;
    this.#call = nextSeq(lab.calls(0));
    this.#processes = processes(lab);
  }

  news(): Happening[] {
    const { lab } = this;
    const { frames } = lab.frames(this.#frame);
    const calls = lab.calls(this.#call);
    const now = processes(lab);
    const old = this.#processes;
    this.#frame = frames.length > 0 ? nextSeq(frames) : this.#frame;
    this.#call = calls.length > 0 ? nextSeq(calls) : this.#call;
    this.#processes = now;
    return [
      ...[...now].flatMap(([key, p]) => (old.has(key) ? [] : [{ kind: 'begin' as const, ...p }])),
      ...calls.map((call) => ({ kind: 'call' as const, call })),
      ...frames.map((frame) => ({ kind: 'frame' as const, frame })),
      ...[...old].flatMap(([key, p]) => (now.has(key) ? [] : [{ kind: 'end' as const, ...p }])),
    ];
  }
}

/** Virtual ns of the next thing that is due, or Infinity. */
export const nextDue = ({ world }: Lab): number => Math.min(world.clock.next(), world.core.next());

/** Timers without any effect to be seen, after which time has gone far enough for one step. */
const QUIET = 1000;

/**
 * Lets the next event happen: a frame crosses an interface, a process begins or ends, dockerd is asked something. Of
 * timers after which nothing of that can be seen the last one is told, when there is nothing else for a second.
 * @param told output that came meanwhile, gathered by the caller
 */
export async function stepToNext(sitting: Sitting, told: () => Happening[]): Promise<Happening[]> {
  const { lab } = sitting;
  const watch = new Watch(lab);
  const from = sitting.now;
  let of: 'program' | 'network' = 'program';
  for (let n = 0; n < QUIET; n++) {
    const due = nextDue(lab);
    if (due === Number.POSITIVE_INFINITY || due > from + 1e9) break;
    of = lab.world.core.next() <= lab.world.clock.next() ? 'network' : 'program';
    while (!(await sitting.step(due, () => true)));
    const news = [...watch.news(), ...told()];
    if (news.length > 0) return news;
  }
  while (!(await sitting.step(Math.min(nextDue(lab), from + 1e9), () => true)));
  const news = [...watch.news(), ...told()];
  return news.length > 0 ? news : [{ kind: 'timer', of }];
}
