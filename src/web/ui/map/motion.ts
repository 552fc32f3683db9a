/**
 * When each frame moves on the map. Crossings happen within microseconds of one another; here they are spread out
 * in their order, slowly when there are few and faster the more are waiting, so that cause is seen before effect
 * and the map is never far behind. When too many wait, those of one kind on one line go as one.
 */
import type { ViewFrame } from '../../worker/api.ts';
import { type Family, familyOf } from '../glyphs.ts';

export interface Flight {
  readonly frame: ViewFrame;
  readonly family: Family;
  /** Frames that go as this one. */
  readonly count: number;
  /** When it sets out, ms. */
  readonly start: number;
}

/** ms a crossing takes on the map, and the longest the map may be behind. */
export const LENGTH = 340;
const LAG = 3000;
const STEP = 140;
/** Flights that may wait before they are joined. */
const CROWD = 40;

/**
 * A veth's two ends see the same crossing: the sender's end alone is drawn. What only passes a bridge from inside is no
 * line on the map. What interfaces send by themselves when they come up would hide what people do.
 */
const isDrawn = (f: ViewFrame): boolean => {
  if (f.housekeeping) return false;
  if (f.ifname === 'lo') return f.direction === 'Out';
  if (f.direction === 'Out') return true;
  return f.container === undefined && !f.ifname.startsWith('veth');
};

/** Those of one kind on one line. */
const kindOf = (f: ViewFrame): string => `${f.link} ${f.direction} ${familyOf(f.proto)}`;

export class Motion {
  /** Those that have not set out, in their order. */
  #waiting: Flight[] = [];
  /** When the last one set out. */
  #departed = Number.NEGATIVE_INFINITY;

  /** @param now ms */
  add(frames: readonly ViewFrame[], now: number): void {
    const drawn = this.#join(frames.filter(isDrawn));
    const step = Math.min(STEP, LAG / Math.max(1, this.#waiting.length + drawn.length));
    let at = Math.max(this.#departed, now - step);
    // What already waits closes up, so that a burst does not queue behind a slow beginning.
    this.#waiting = this.#waiting.map((f) => {
      at = Math.min(f.start, at + step);
      return { ...f, start: at };
    });
    for (const { frame, count } of drawn) {
      at = Math.max(now, at + step);
      this.#waiting.push({ frame, family: familyOf(frame.proto), count, start: at });
    }
  }

  /** Frames as they go: each for itself, or joined with what waits and with one another. */
  #join(frames: readonly ViewFrame[]): { frame: ViewFrame; count: number }[] {
    if (this.#waiting.length + frames.length <= CROWD) return frames.map((frame) => ({ frame, count: 1 }));
    const out = new Map<string, { frame: ViewFrame; count: number }>();
    for (const frame of frames) {
      const kind = kindOf(frame);
      const at = this.#waiting.findIndex((f) => kindOf(f.frame) === kind);
      const waiting = this.#waiting[at];
      if (waiting) this.#waiting[at] = { ...waiting, count: waiting.count + 1 };
      else {
        const known = out.get(kind);
        out.set(kind, known ? { ...known, count: known.count + 1 } : { frame, count: 1 });
      }
    }
    return [...out.values()];
  }

  /** Those that set out by now, each once. */
  depart(now: number): readonly Flight[] {
    const stay = this.#waiting.findIndex((f) => f.start > now);
    const gone = this.#waiting.splice(0, stay < 0 ? this.#waiting.length : stay);
    this.#departed = gone.at(-1)?.start ?? this.#departed;
    return gone;
  }

  /** When the next one sets out; undefined when none waits. */
  get next(): number | undefined {
    return this.#waiting[0]?.start;
  }
}

const FLAGS: Readonly<Record<string, string>> = { S: 'SYN', 'S.': 'SYN ACK', '.': 'ACK', 'P.': 'data' };

/** What stands beside a glyph: `SYN`, `ARP?`, `echo`, `DNS`. */
export function labelOf({ frame, family, count }: Flight): string {
  const times = count > 1 ? ` ×${count}` : '';
  return wordOf(frame, family) + times;
}

function wordOf(f: ViewFrame, family: Family): string {
  if (family === 'ARP') return f.summary.includes('Request') ? 'ARP?' : 'ARP';
  if (family === 'ICMP') return f.summary.includes('echo') ? 'echo' : f.proto;
  if (f.proto === 'HTTP') return 'HTTP';
  if (family !== 'TCP' || f.flags === undefined) return f.proto;
  if (f.flags.includes('F')) return 'FIN';
  return f.flags.includes('R') ? 'RST' : (FLAGS[f.flags] ?? `[${f.flags}]`);
}
