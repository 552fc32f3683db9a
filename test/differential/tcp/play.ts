/** Plays a script on a TCP and writes down what it did. */
import { Flow, type Sent } from './segment.ts';
import type { Stack } from './stack.ts';

/** One thing that happened: what, and how many ms after the step that it followed. */
export interface Line {
  readonly text: string;
  readonly after: number;
}

export const PORT = 5000;
const PEER = 40000;
const SYN_OPTIONS = { mss: 1460, sackOk: true, wscale: 7 } as const;

/** What a script has in hand. */
export class Play {
  readonly lines: Line[] = [];
  flow = new Flow(PORT, PEER);

  constructor(readonly stack: Stack) {}

  /** Notes a call's result. */
  async call(what: string, result: Promise<number>): Promise<number> {
    const n = await result;
    this.lines.push({ text: `${what} = ${n}`, after: 0 });
    return n;
  }

  /** Waits and notes the segments that were sent. */
  async wait(ms: number): Promise<void> {
    const frames = await this.stack.pass(ms);
    let last: number | undefined;
    for (const f of frames) {
      const text = this.flow.read(f.bytes);
      if (text === undefined) continue;
      this.lines.push({ text, after: last === undefined ? 0 : f.at - last });
      last = f.at;
    }
    this.lines.push({ text: `-- ${ms} ms`, after: 0 });
  }

  /** The peer sends; then some time passes. */
  async peer(s: Sent, ms = 30): Promise<void> {
    await this.stack.inject(this.flow.frame(s));
    await this.wait(ms);
  }

  async server(backlog = 5): Promise<number> {
    const fd = await this.stack.socket();
    await this.call('bind', this.stack.bind(fd, PORT));
    await this.call('listen', this.stack.listen(fd, backlog));
    return fd;
  }

  /** A connection that the peer opened. @returns the machine's socket */
  async accepted(syn: Partial<Sent> = SYN_OPTIONS, win = 65535): Promise<number> {
    const listener = await this.server();
    await this.peer({ flags: 'S', ...syn });
    await this.peer({ flags: 'A', seq: 1, ack: 1, win });
    return this.stack.accept(listener);
  }
}

export type Script = (p: Play) => Promise<void>;

export async function play(stack: Stack, script: Script): Promise<Line[]> {
  const p = new Play(stack);
  try {
    await script(p);
  } finally {
    stack.end();
  }
  return p.lines;
}

/** Real time is late, never early: this much, and a share of what was waited for. */
const SLACK = 40;
const SHARE = 0.12;

/** Lines in which two runs differ. */
export function differences(real: readonly Line[], core: readonly Line[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < Math.max(real.length, core.length); i++) {
    const [a, b] = [real[i], core[i]];
    const late = a && b && Math.abs(a.after - b.after) > SLACK + SHARE * Math.max(a.after, b.after);
    if (a?.text !== b?.text) out.push(`${i}: kernel ${a?.text ?? 'nothing'} | core ${b?.text ?? 'nothing'}`);
    else if (late)
      out.push(`${i}: ${a.text}: kernel after ${a.after.toFixed(0)} ms, core after ${b.after.toFixed(0)} ms`);
  }
  return out;
}
