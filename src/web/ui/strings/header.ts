/** Words of the header's dialogs, in both languages. */
import type { Language } from '../../../course/schema.ts';

const en = {
  settings: 'Settings',
  theme: 'Theme',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
  type: 'Type',
  normal: 'Normal',
  large: 'Large',
  largeText: 'Large type can be read from the back of a room: lesson, terminals, map and tables grow together.',
  close: 'Close',
  resetTitle: 'Start over?',
  resetText:
    'The lab is thrown away: every container, every rule, and your progress in this lesson. A fresh one takes a second.',
  resetYes: 'Start over',
  cancel: 'Keep going',
};

type HeaderStrings = typeof en;

const zh: HeaderStrings = {
  settings: '设置',
  theme: '主题',
  system: '系统',
  light: '浅色',
  dark: '深色',
  type: '文字',
  normal: '普通',
  large: '大号',
  largeText: '大号文字坐在教室后排也能看清：课程、终端、拓扑图和表格一起放大。',
  close: '关闭',
  resetTitle: '要重新开始吗？',
  resetText: '当前实验环境会被丢弃，包括所有容器、所有规则和本课进度。新环境一秒钟就能准备好。',
  resetYes: '重新开始',
  cancel: '继续学习',
};

export const headerStrings: Readonly<Record<Language, HeaderStrings>> = { en, zh };
