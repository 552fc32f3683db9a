/**
 * Benchmarks of the packet core: CPU time of a datagram over the paths that Docker's packets take, from a device to the
 * socket that reads it, beside plain C and the Linux kernel doing the same. All sides run by turns, so that what else
 * the machine does hits them alike: the ratios are what to look at.
 */
import type { CoreModule } from '../../linux/core/load.ts';
import type { Measure } from './native.ts';
import { overlay } from './overlay.ts';
import { type Flow, Subject } from './subject.ts';
import type { Path } from './world.ts';

/** One line: a path with so many bytes (of the frame) and flows. */
export interface PathRow {
  readonly path: string;
  readonly bytes: number;
  readonly flows: number;
  /** CPU nanoseconds per packet: median and least of the runs. */
  readonly nsPerPacket: number;
  readonly min: number;
  /** On this very binary every frame's checksums were right and every datagram arrived. */
  readonly checked: boolean;
  readonly c: number | null;
  readonly kernel: number | null;
  /** Medians: core / C, core / kernel. */
  readonly ratioC: number | null;
  readonly ratioKernel: number | null;
}

/** How much is measured. */
export interface Effort {
  readonly runs: number;
  readonly packets: number;
  readonly flows: readonly number[];
  readonly bytes: readonly number[];
}

export const FULL: Effort = { runs: 5, packets: 100_000, flows: [1, 1000, 64_000, 1_000_000], bytes: [64, 1500] };
export const QUICK: Effort = { runs: 3, packets: 50_000, flows: [1000], bytes: [64, 1500] };
/** Frames looked at one by one before a path is measured. */
const CHECKED = 200;
/** Flows of the kernel's rows: with more, its own limits of connections decide. */
const KERNEL_FLOWS = 1000;

const round = (x: number): number => Math.round(x * 100) / 100;

function median(xs: readonly number[]): number {
  return [...xs].sort((a, b) => a - b)[xs.length >> 1] as number;
}

/** CPU ns of each packet, undefined when one was lost. */
export function cost(flow: Flow, packets: number): number | undefined {
  const before = process.cpuUsage();
  const came = flow.send(packets);
  const { user, system } = process.cpuUsage(before);
  return came === packets ? ((user + system) * 1000) / packets : undefined;
}

/** Runs the sides by turns. @returns medians and least; null for a side that is absent or lost packets */
function alternate(
  runs: number,
  sides: readonly (() => number | undefined)[],
): ({ median: number; min: number } | null)[] {
  const all = sides.map((): number[] => []);
  for (let i = 0; i < runs; i++)
    for (const [k, side] of sides.entries()) {
      const ns = side();
      if (ns !== undefined) (all[k] as number[]).push(ns);
    }
  return all.map((xs) => (xs.length < runs ? null : { median: median(xs), min: Math.min(...xs) }));
}

export const PATHS = ['masquerade out', 'DNAT in', 'one bridge', 'overlay'] as const;

/** A fresh world for each path and number of flows, so that one's connections are not another's. */
export function subjectFor(module: CoreModule, name: string, flows: number): { subject: Subject; path: Path } {
  const subject = new Subject(module);
  const { core, world } = subject;
  const path = name === 'overlay' ? overlay(core) : (world.paths().find((p) => p.name === name) as Path);
  // net.netfilter.nf_conntrack_max: two connections for a flow of the overlay at most.
  if (flows > 100_000) for (const ns of path.machines ?? [world.host]) core.nfSet(ns, 'max', 0);
  return { subject, path };
}

/** Measures the paths. @param c, linux the other sides, where they can be had */
export function* benchPaths(module: CoreModule, e: Effort, c?: Measure, linux?: Measure): Generator<PathRow> {
  for (const name of PATHS)
    for (const flows of e.flows)
      for (const bytes of e.bytes) {
        const { subject, path } = subjectFor(module, name, flows);
        const flow = subject.flow(path, bytes, flows);
        const right = flow.check(CHECKED);
        const warm = Math.max(50_000, flows * 2);
        const all = flow.send(warm) === warm;
        const [core, native, kernel] = alternate(e.runs, [
          () => cost(flow, e.packets),
          () => c?.(name, bytes, flows),
          () => (flows === KERNEL_FLOWS ? linux?.(name, bytes, flows) : undefined),
        ]) as [ReturnType<typeof alternate>[0], ReturnType<typeof alternate>[0], ReturnType<typeof alternate>[0]];
        const ratio = (other: typeof core): number | null => (core && other ? round(core.median / other.median) : null);
        yield {
          path: name,
          bytes,
          flows,
          nsPerPacket: round(core?.median ?? -1),
          min: round(core?.min ?? -1),
          checked: right && all && core !== null && subject.drops() === 0,
          c: native && round(native.median),
          kernel: kernel && round(kernel.median),
          ratioC: ratio(native),
          ratioKernel: ratio(kernel),
        };
      }
}
