/** Words about writing lessons, in both languages. What stands between backticks is code. */
import type { Language } from '../../../course/schema.ts';

const en = {
  intro:
    'A lesson is a folder of three text files: `lesson.yaml` says what happens, `en.md` and `zh.md` put it into words. Below is a whole one: preview it, change it, then write your own.',
  leads: {
    nothing:
      'An address with `#/try` opens a lesson that it brings along: `?url=` names its folder, `?lesson=` holds its files. This one brings none. Here is how a lesson is written.',
    unsound:
      'The lesson of this address cannot be shown: it cannot be read, or has faults, which are listed below its files.',
  },
  guide: [
    [
      'Files',
      'Words are headings: `# Title`, one `## Title {#step-id}` for each step, `## Title {#end}` for what the learner takes along. Ids join words to data; both languages have the same ones in the same order.',
    ],
    [
      'A step',
      'Ask for one thing, and say why. A block of code that begins with ` ```sh run ` gets a triangle that types it on node1 (` run=node2 `: there). Lines with `- [ ]` are its goals.',
    ],
    [
      'The check',
      '`check` says when a step is done. It looks at the lab and its traffic, never at what was typed: a container runs, a frame crossed, an address can be reached. The members of `all` are the goals, in their order.',
    ],
    ['The solution', '`run` solves the step. The proof plays it, and the page shows it to whoever asks.'],
    [
      'Hints',
      'Every step has a ladder: `> [!idea]`, `> [!pointer]`, `> [!command]`. A `hint` comes by itself while its `when` is true (`> [!when id]`); a `fail` says what broke (`> [!fail id]`) and has the way `back`.',
    ],
    [
      'Questions',
      '`answer` asks: a choice, or a typed value that is held against the lab. The words stand under `> [!ask id]`. With `predict: true` it is asked before it happens.',
    ],
    [
      'The proof',
      'Plays the lesson in fresh labs: nothing passes by itself or early, your solution passes every step, hints and ways back work, two runs are the same. Here by a button, or beside your editor with `npx drydock check FOLDER --watch`.',
    ],
  ],
  more: 'All fields and checks are listed in `lessons/writing.md`.',
  files: 'The files',
  file: 'File',
  fromElsewhere: (name: string) => `As they are in ${name}: edit them there.`,
  copy: 'Edit a copy here',
  anew: 'Back to the example',
  preview: 'Open the preview',
  own: 'Open your own',
  choose: 'Choose a folder …',
  watch: 'Watch a folder …',
  watchText: 'Watched: saving in your editor refreshes the preview.',
  noWatch: 'This browser cannot watch a folder; choose it again after saving.',
  address: 'Address of a folder, here or on another site',
  open: 'Open',
  unread: 'That address cannot be read.',
  link: 'Copy a link to it',
  linked: 'Copied',
  nothing: (name: string) => `There is no lesson.yaml with words in ${name || 'that folder'}.`,
  compiling: 'Reading the files …',
  sound: 'No faults.',
  faults: (n: number) => (n === 1 ? '1 fault' : `${n} faults`),
  missing: (names: string) => `${names}: not there yet; the other language stands in for it.`,
  prove: 'Prove it here',
  stop: 'Stop',
  proving: 'Playing the lesson in fresh labs …',
  proven: 'Proven: everything holds.',
  failed: (n: number) => (n === 1 ? '1 finding to look at' : `${n} findings to look at`),
  good: 'holds',
  bad: 'does not hold',
  previewOf: (name: string) => `Preview of ${name}`,
  fields: 'what you write',
  reload: 'Reload',
  back: 'Back to writing',
};

export type WriteWords = typeof en;

const zh: WriteWords = {
  intro:
    '一课就是一个文件夹，里面有三个文本文件：`lesson.yaml` 写发生什么，`en.md` 和 `zh.md` 写文字。下面是完整的一课：先预览，再改一改，然后写你自己的。',
  leads: {
    nothing:
      '带 `#/try` 的地址会打开它所带来的课程：`?url=` 指出文件夹，`?lesson=` 里就是文件。这个地址什么也没带来。下面说明怎样编写课程。',
    unsound: '这个地址的课程无法显示：读不到，或者有错误；错误列在文件下面。',
  },
  guide: [
    [
      '文件',
      '文字靠标题分段：`# 标题`，每一步一个 `## 标题 {#step-id}`，最后 `## 标题 {#end}` 写学到了什么。id 把文字和数据连起来；两种语言的 id 及其顺序相同。',
    ],
    [
      '步骤',
      '每一步只要求一件事，并说明为什么。以 ` ```sh run ` 开头的代码块会带一个三角按钮，点一下就在 node1 上输入（` run=node2 `：在那台主机上）。`- [ ]` 开头的行是目标。',
    ],
    [
      '检查',
      '`check` 决定一步何时完成。它看的是实验环境和流量，从不看输入了什么：容器在运行、某个帧经过了、某个地址能访问。`all` 的各项依次对应各个目标。',
    ],
    ['解答', '`run` 是这一步的解答：证明时会执行它，学习者需要时页面会显示它。'],
    [
      '提示',
      '每一步都有三级提示：`> [!idea]`、`> [!pointer]`、`> [!command]`。`hint` 在 `when` 成立时自动出现（`> [!when id]`）；`fail` 说明哪里坏了（`> [!fail id]`），并给出恢复的办法 `back`。',
    ],
    [
      '提问',
      '`answer` 提问：选择题，或与实验环境核对的填空。文字写在 `> [!ask id]` 下。加上 `predict: true` 就是先预测、再执行。',
    ],
    [
      '证明',
      '在全新的环境里把课程跑一遍：没有哪一步自己通过或提前通过，解答能通过每一步，提示和恢复办法有效，两次运行完全一致。可以点这里的按钮，也可以在编辑器旁运行 `npx drydock check 文件夹 --watch`。',
    ],
  ],
  more: '所有字段和检查见 `lessons/writing.zh.md`。',
  files: '文件',
  file: '文件',
  fromElsewhere: (name) => `内容来自 ${name}，请在那里修改。`,
  copy: '在这里编辑副本',
  anew: '恢复示例',
  preview: '打开预览',
  own: '打开你自己的',
  choose: '选择文件夹……',
  watch: '监视文件夹……',
  watchText: '监视中：在编辑器里保存，预览就会刷新。',
  noWatch: '这个浏览器不能监视文件夹，保存后请重新选择。',
  address: '文件夹的地址，本站或其他站点均可',
  open: '打开',
  unread: '无法读取这个地址。',
  link: '复制链接',
  linked: '已复制',
  nothing: (name) => `${name || '该文件夹'} 里没有 lesson.yaml 和文字。`,
  compiling: '正在读取文件……',
  sound: '没有错误。',
  faults: (n) => `${n} 处错误`,
  missing: (names) => `还没有 ${names}，暂时用另一种语言代替。`,
  prove: '就地证明',
  stop: '停止',
  proving: '正在全新的环境里运行课程……',
  proven: '证明通过，全部成立。',
  failed: (n) => `有 ${n} 项需要查看`,
  good: '成立',
  bad: '不成立',
  previewOf: (name) => `预览：${name}`,
  fields: '正在编写的内容',
  reload: '重新载入',
  back: '返回编写',
};

export const writeWords: Readonly<Record<Language, WriteWords>> = { en, zh };
