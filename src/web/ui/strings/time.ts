/** Words of the tools of time, in both languages. */
import type { Language } from '../../../course/schema.ts';
import type { Happening } from '../../worker/api.ts';

const place = (f: { machine: string; container?: string; ifname: string }): string =>
  `${f.container ? `${f.container}@` : ''}${f.machine} ${f.ifname}`;

const en = {
  tools: 'Time',
  undo: (text: string) => (text ? `Undo: ${text}` : 'Nothing to undo'),
  redo: 'Redo',
  undoShort: 'Undo',
  pause: 'Stop time',
  go: 'Let time go on',
  step: 'Next event',
  stepShort: 'Step',
  speed: 'Speed of time',
  speeds: {
    1: 'Real time',
    0.1: 'Ten times slower',
    0.01: 'A hundred times slower',
    0.001: 'A thousand times slower',
  } as Readonly<Record<number, string>>,
  clock: 'Time in the lab',
  history: 'Commands',
  historyNone: 'No command has been given yet.',
  again: (text: string) => `Play again: ${text}`,
  againShort: 'Play again',
  running: 'runs',
  status: (n: number) => `status ${n}`,
  replaying: (n: number) => `Replaying ${n} ${n === 1 ? 'command' : 'commands'} …`,
  clean: 'Clean lab',
  showing: 'Playing it again',
  skip: 'Skip',
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

/** Every word of the tools of time. */
export type TimeStrings = typeof en;

const zh: TimeStrings = {
  tools: '时间',
  undo: (text) => (text ? `撤销：${text}` : '没有可撤销的命令'),
  redo: '重做',
  undoShort: '撤销',
  pause: '暂停时间',
  go: '继续',
  step: '下一个事件',
  stepShort: '单步',
  speed: '时间流速',
  speeds: { 1: '实时', 0.1: '放慢十倍', 0.01: '放慢一百倍', 0.001: '放慢一千倍' },
  clock: '实验环境的时间',
  history: '命令',
  historyNone: '还没有执行过命令。',
  again: (text) => `重新播放：${text}`,
  againShort: '重新播放',
  running: '运行中',
  status: (n) => `状态 ${n}`,
  replaying: (n) => `正在重放 ${n} 条命令……`,
  clean: '全新环境',
  showing: '正在重新播放',
  skip: '跳过',
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

export const timeStrings: Readonly<Record<Language, TimeStrings>> = { en, zh };

/** A thing that happened, as a sentence. @param terminal what a terminal is called */
export function sentence(h: Happening, t: TimeStrings, terminal: (n: number) => string): string {
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
