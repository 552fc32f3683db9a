/** The lessons as they are shipped, a part to a file: workers take files. */
import { expect, it } from 'vitest';
import type { LessonFiles } from '../../../src/course/compile/compile.ts';
import { proveLesson } from '../../../src/course/prove/lesson.ts';
import { filesOf, folders, makeLab } from '../files.ts';

export const faultsOf = async (files: LessonFiles): Promise<string[]> =>
  (await proveLesson(files, makeLab)).filter((f) => !f.ok).map((f) => `${f.file}:${f.line}: ${f.what}`);

/** @param part its folder */
export function provePart(part: string): void {
  it.each(folders.filter((f) => f.startsWith(`${part}/`)))('%s is proved', async (folder) => {
    expect(await faultsOf(filesOf(folder))).toEqual([]);
  });
}
