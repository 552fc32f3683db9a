/** The lessons of the repository, and a small one that tests bend. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileCourse, LESSON_FILES, type LessonFiles, sound } from '../../src/course/compile/compile.ts';
import { foldersOf } from '../../src/course/outline.ts';
import type { MakeLab } from '../../src/course/prove/lesson.ts';
import { createLab } from '../../src/lab/create.ts';
import { coreBytes } from '../core.ts';

export const root = fileURLToPath(new URL('../../lessons/', import.meta.url));

export const course = sound('lessons', compileCourse(readFileSync(`${root}course.yaml`, 'utf8')));

/** Folders of all lessons, in the course's order. */
export const folders = foldersOf(course).map((f) => f.folder);

export const filesOf = (folder: string): LessonFiles =>
  Object.fromEntries(
    LESSON_FILES.map((f) => [f, readFileSync(`${root}${folder}/${f}`, 'utf8')]),
  ) as unknown as LessonFiles;

export const makeLab: MakeLab = (options) =>
  createLab({ wasm: coreBytes, turn: () => new Promise((resolve) => setImmediate(resolve)) }, options);

const YAML = `id: x
title: { en: X, zh: 叉 }
version: 1
minutes: 1
objectives: [{ en: a, zh: 甲 }]
engine: 28.5.2
machines: 1
terminals: [{ machine: node1, title: { en: a, zh: 甲 } }]
live: { port: { container: { image: busybox }, show: port, until: PORT } }
steps:
  - id: one
    run: docker run -d --name box busybox sleep 1000
    check:
      all:
        - container: { name: box, state: running }
        - answer: who
    hint:
      - id: asleep
        when: { container: { name: box, state: exited } }
        try: docker run -d --name box busybox true
    fail:
      - id: stopped
        when: { container: { name: box, state: created } }
        back: docker rm box
        break: docker create --name box busybox sleep 1000
    answer:
      - id: who
        type: text
        is: { container: { name: box }, show: name }
        wrong: [{ id: image, is: busybox }]
  - id: two
    run: docker rm -f box
    check: { call: { method: DELETE, path: /containers/*, status: 204 } }
`;

const step = (id: string, goals: number, more = '') =>
  `## Do it {#${id}}\n\nWords \`{{port}}\`.\n\n\`\`\`sh run=node1\ndocker ps\n\`\`\`\n\n${more}${'- [ ] goal\n'.repeat(goals)}\n` +
  '> [!then] Once.\n\n> [!idea] a\n\n> [!pointer] b\n\n> [!command] c\n>\n> ```sh run\n> ls\n> ```\n\n';
const MORE =
  '> [!ask who] Who?\n\n> [!right who] Yes.\n\n> [!wrong who] No.\n\n> [!wrong who image] Its image.\n\n' +
  '> [!when asleep] It sleeps.\n\n> [!fail stopped] It stopped.\n\n';
const WORDS = `# T\n\nIntro\n\n${step('one', 2, MORE)}${step('two', 1)}## End {#end}\n\nBye\n`;

/** A small lesson in which everything occurs. */
export const small: LessonFiles = { 'lesson.yaml': YAML, 'en.md': WORDS, 'zh.md': WORDS };

/** The small lesson with a piece of a file replaced. @throws Error when the piece is not there */
export function bent(file: keyof LessonFiles, piece: string | RegExp, by: string): LessonFiles {
  const text = small[file].replace(piece, by);
  if (text === small[file]) throw new Error(`${file} has no ${piece}`);
  return { ...small, [file]: text };
}
