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
    'The lab is thrown away: every container and every rule. The steps begin anew in a fresh one; the course outline keeps what you have done.',
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
  resetText: '当前实验环境会被丢弃，包括所有容器和规则。各步骤在全新的环境里重新开始；课程目录会保留你已完成的部分。',
  resetYes: '重新开始',
  cancel: '继续学习',
};

export const headerStrings: Readonly<Record<Language, HeaderStrings>> = { en, zh };
