/** Words about links, files and what the browser keeps, in both languages. */
import type { Language } from '../../../course/schema.ts';

const kilo = (n: number): string => `${(n / 1024).toFixed(1)} kB`;

const en = {
  share: 'Share',
  title: 'Share this session',
  intro:
    'The link holds the lesson, the seed and what was typed. Who opens it gets the same lab, played again from the start.',
  link: 'Link',
  embed: 'Code to embed it in a page',
  shown: 'Shown in it',
  copy: 'Copy link',
  copyEmbed: 'Copy code',
  copied: 'Copied',
  size: (n: number) => kilo(n),
  tooLong: (n: number, most: number) =>
    `This session needs a link of ${kilo(n)}; more than ${kilo(most)} would be cut off on its way. Save it as a file instead.`,
  save: 'Save as a file',
  open: 'Open a file …',
  keep: 'Go on from here when the page is loaded again',
  close: 'Close',
  making: 'Making the link …',
};

/** Every word about sharing. */
export type ShareStrings = typeof en;

const zh: ShareStrings = {
  share: '分享',
  title: '分享当前会话',
  intro: '链接里有课程、随机种子和输入过的内容。打开链接的人会得到从头重放出来的同一个实验环境。',
  link: '链接',
  embed: '嵌入网页的代码',
  shown: '显示的部分',
  copy: '复制链接',
  copyEmbed: '复制代码',
  copied: '已复制',
  size: (n) => kilo(n),
  tooLong: (n, most) => `当前会话的链接需要 ${kilo(n)}，超过 ${kilo(most)} 就可能在传递中被截断。请改为保存成文件。`,
  save: '保存为文件',
  open: '打开文件……',
  keep: '刷新页面后从这里继续',
  close: '关闭',
  making: '正在生成链接……',
};

export const shareStrings: Readonly<Record<Language, ShareStrings>> = { en, zh };
