/** Words of the course's outline, in both languages. */
import type { Language } from '../../../course/schema.ts';

const en = {
  close: 'Close',
  coming: 'coming later',
  minutes: (n: number) => `${n} min`,
  done: (done: number, all: number) => `${done} of ${all} steps done`,
  free: 'Free play',
  freeText: 'A lab without a lesson: three machines and every command there is.',
  write: 'Write a lesson',
  writeText: 'Three text files, with a preview as you write.',
  after: (titles: string) => `best after: ${titles}`,
  kept: 'Your progress is kept in this browser only.',
  exported: 'Save progress as a file',
  imported: 'Load progress from a file',
  importedWell: 'The progress of that file has been added.',
  importedBadly: 'That file holds no progress of this course.',
  images: 'Images',
  imagesText: 'Here already, or a docker pull away:',
  commands: 'Commands',
  commandsText: 'On the machines:',
  machines: 'Machines',
  machinesText: 'node1, node2 and node3 on one LAN with a router that leads to 203.0.113.10, a host outside.',
};

export type CourseWords = typeof en;

const zh: CourseWords = {
  close: '关闭',
  coming: '敬请期待',
  minutes: (n) => `${n} 分钟`,
  done: (done, all) => `已完成 ${done} / ${all} 步`,
  free: '自由练习',
  freeText: '没有课程的实验环境：三台主机，所有命令随便用。',
  write: '编写课程',
  writeText: '三个文本文件，边写边预览。',
  after: (titles) => `建议先学：${titles}`,
  kept: '学习进度只保存在这个浏览器里。',
  exported: '把进度存成文件',
  imported: '从文件读入进度',
  importedWell: '文件里的进度已经合并进来。',
  importedBadly: '这个文件里没有本课程的进度。',
  images: '镜像',
  imagesText: '已经在本机，或 docker pull 即可得到：',
  commands: '命令',
  commandsText: '主机上可用：',
  machines: '主机',
  machinesText: 'node1、node2、node3 在同一个局域网里，路由器通往外面的主机 203.0.113.10。',
};

export const courseWords: Readonly<Record<Language, CourseWords>> = { en, zh };
