/** Words of the tools of time, in both languages. */
import type { Language } from '../../../course/schema.ts';

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
};

export const timeStrings: Readonly<Record<Language, TimeStrings>> = { en, zh };
