/** The lesson that the page "write a lesson" begins with. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LESSON_FILES, type LessonFiles } from '../../src/course/compile/compile.ts';
import { proveLesson } from '../../src/course/prove/lesson.ts';
import { makeLab } from './files.ts';

it('is proved', async () => {
  const read = (name: string) =>
    readFileSync(new URL(`../../src/web/ui/write/example/${name}`, import.meta.url), 'utf8');
  const files = Object.fromEntries(LESSON_FILES.map((name) => [name, read(name)])) as unknown as LessonFiles;
  expect((await proveLesson(files, makeLab)).filter((f) => !f.ok)).toEqual([]);
});
