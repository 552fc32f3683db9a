/** Words of the settings, in both languages. */
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
};

type SettingsStrings = typeof en;

const zh: SettingsStrings = {
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
};

export const settingsStrings: Readonly<Record<Language, SettingsStrings>> = { en, zh };
