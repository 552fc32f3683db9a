/** The lessons that a writer begins with: the page's, and the one in lessons/writing.md. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { LESSON_FILES, type LessonFiles } from '../../src/course/compile/compile.ts';
import { proveLesson } from '../../src/course/prove/lesson.ts';
import { makeLab } from './files.ts';

it('is proved', async () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../src/web/ui/write/example/${name}`, import.meta.url), 'utf8');
  const files = Object.fromEntries(LESSON_FILES.map((name) => [name, read(name)])) as unknown as LessonFiles;
  expect((await proveLesson(files, makeLab)).filter((f) => !f.ok)).toEqual([]);
});

it('stands whole in the instructions, in both languages', async () => {
  const read = (name: string) => readFileSync(new URL(`../../lessons/${name}`, import.meta.url), 'utf8');
  const block = (text: string, fence: string): string =>
    new RegExp(`^${fence}\\w+\\n(.*?)^${fence}$`, 'ms').exec(text)?.[1] ?? '';
  const [en, zh] = [read('writing.md'), read('writing.zh.md')];
  const files = { 'lesson.yaml': block(en, '```'), 'en.md': block(en, '````'), 'zh.md': block(zh, '````') };
  expect(parse(block(zh, '```'))).toEqual(parse(files['lesson.yaml']));
  expect((await proveLesson(files, makeLab)).filter((f) => !f.ok)).toEqual([]);
});
