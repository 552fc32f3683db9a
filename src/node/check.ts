/** drydock check [DIR]: proves the lessons of a folder, or one lesson. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { LessonFiles } from '../course/loader.ts';
import { proveLesson } from '../course/prove.ts';
import { readArgs, type Subcommand, usageError } from './command.ts';
import { openLab } from './host.ts';

const FILES = ['lesson.yaml', 'en.md', 'zh.md', 'solution.sh'] as const satisfies readonly (keyof LessonFiles)[];

/** Folders of lessons at or below `dir`, in order. */
export function lessonFolders(dir: string): string[] {
  if (existsSync(join(dir, 'lesson.yaml'))) return [dir];
  return readdirSync(dir, { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => join(dir, e.name))
    .sort()
    .flatMap(lessonFolders);
}

/** @throws Error naming a file that is missing */
export function readLesson(folder: string): LessonFiles {
  return Object.fromEntries(FILES.map((f) => [f, readFileSync(join(folder, f), 'utf8')])) as Record<
    (typeof FILES)[number],
    string
  >;
}

export const check: Subcommand = {
  name: 'check',
  usage: 'check [DIR]',
  summary: 'prove lessons: files agree, nothing passes before, the solution passes each step in order',
  async run(args) {
    const parsed = readArgs(this, args, {});
    if (!parsed) return 2;
    const dir = parsed.operands[0] ?? 'lessons';
    if (parsed.operands.length > 1) return usageError(this, 'at most one DIR');
    if (!existsSync(dir)) return usageError(this, `there is no folder ${dir}`);
    const folders = lessonFolders(dir);
    if (folders.length === 0) return usageError(this, `no lesson.yaml in ${dir}`);
    let failed = 0;
    for (const folder of folders) {
      const findings = await proveLesson(readLesson(folder), openLab);
      for (const f of findings) {
        if (!f.ok) failed++;
        process.stdout.write(`${f.ok ? 'ok  ' : 'FAIL'} ${basename(folder)}: ${f.what}\n`);
        if (!f.ok && f.detail) process.stdout.write(`${f.detail.replace(/^/gm, '     ')}\n`);
      }
    }
    process.stdout.write(`${folders.length} lessons, ${failed} faults\n`);
    return failed === 0 ? 0 : 1;
  },
};
