/** Words about what happened at each step of time, in both languages; loaded with the first step. */
import type { Language } from '../../../course/schema.ts';
import type { Happening } from '../../worker/api.ts';

const place = (f: { machine: string; container?: string; ifname: string }): string =>
  `${f.container ? `${f.container}@` : ''}${f.machine} ${f.ifname}`;

const en = {
  events: 'What happened',
  dismiss: 'Close',
  frameOut: (f: Parameters<typeof place>[0], what: string) => `${place(f)} sends ${what}`,
  frameIn: (f: Parameters<typeof place>[0], what: string) => `${place(f)} receives ${what}`,
  call: (machine: string, what: string) => `dockerd of ${machine} is asked: ${what}`,
  begin: (machine: string, what: string, pid: number) => `${machine}: the process ${what} (${pid}) begins`,
  end: (machine: string, what: string, pid: number) => `${machine}: the process ${what} (${pid}) ends`,
  output: (terminal: string, text: string) => `The terminal of ${terminal} shows: ${text}`,
  timerProgram: 'A timer of a program ran out; nothing else happened.',
  timerNetwork: 'A timer of the network code ran out; nothing crossed a wire.',
};

/** Every word about events. */
export type EventStrings = typeof en;

const zh: EventStrings = {
  events: '发生了什么',
  dismiss: '关闭',
  frameOut: (f, what) => `${place(f)} 发出 ${what}`,
  frameIn: (f, what) => `${place(f)} 收到 ${what}`,
  call: (machine, what) => `${machine} 的 dockerd 收到请求：${what}`,
  begin: (machine, what, pid) => `${machine}：进程 ${what}（${pid}）开始`,
  end: (machine, what, pid) => `${machine}：进程 ${what}（${pid}）结束`,
  output: (terminal, text) => `${terminal} 的终端显示：${text}`,
  timerProgram: '某个程序的定时器到期，没有其他事情发生。',
  timerNetwork: '网络代码的定时器到期，没有帧经过。',
};

export const eventStrings: Readonly<Record<Language, EventStrings>> = { en, zh };

/** A thing that happened, as a sentence. @param terminal what a terminal is called */
export function sentence(h: Happening, t: EventStrings, terminal: (n: number) => string): string {
  switch (h.kind) {
    case 'frame':
      return (h.frame.direction === 'Out' ? t.frameOut : t.frameIn)(h.frame, h.frame.summary);
    case 'call':
      return t.call(h.call.machine, `${h.call.method} ${h.call.path}`);
    case 'begin':
      return t.begin(h.machine, h.comm, h.pid);
    case 'end':
      return t.end(h.machine, h.comm, h.pid);
    case 'output':
      return t.output(terminal(h.terminal), plain(h.text));
    default:
      return h.of === 'program' ? t.timerProgram : t.timerNetwork;
  }
}

/** Text of a terminal without what is no text, on one line. */
const plain = (text: string): string =>
  text
    .replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\x00-\x1f\x7f]/g, '')
    .trim() || '·';
