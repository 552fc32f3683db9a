/**
 * Vite plugin: the course as modules, compiled when the page is built. `drydock:course` is its outline and a loader for
 * each lesson; a lesson is a module (and so a file of the page) of its own, `drydock:lesson/ID`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { compileCourse, compileLesson, LESSON_FILES, type LessonFiles, sound } from './src/course/compile/compile.ts';
import { type CoursePlan, foldersOf, headOf, type Outline } from './src/course/outline.ts';
import type { Lesson } from './src/course/text.ts';

const LESSON = 'drydock:lesson/';
const COURSE = 'drydock:course';

/** @param dir the lessons' folder */
export function lessons(dir: string): Plugin {
  const course = (): CoursePlan => sound(dir, compileCourse(readFileSync(join(dir, 'course.yaml'), 'utf8')));
  const load = (folder: string): Lesson => {
    const read = LESSON_FILES.map((f) => [f, readFileSync(join(dir, folder, f), 'utf8')]);
    return sound(`${dir}/${folder}`, compileLesson(Object.fromEntries(read) as LessonFiles));
  };
  const outline = (plan: CoursePlan): Outline => {
    const heads = new Map(foldersOf(plan).map(({ id, folder }) => [id, headOf(load(folder).plan)]));
    return {
      ...plan,
      parts: plan.parts.map((p) => ({ ...p, lessons: p.lessons.flatMap((id) => heads.get(id) ?? []) })),
    };
  };
  /** What a module says. */
  const source = (name: string, plan: CoursePlan): string => {
    const all = foldersOf(plan);
    if (name === COURSE) {
      const loaders = all.map(({ id }) => `${JSON.stringify(id)}: () => import(${JSON.stringify(LESSON + id)})`);
      return `export const outline = ${JSON.stringify(outline(plan))};\nexport const lessons = {${loaders.join(', ')}};`;
    }
    const folder = all.find(({ id }) => LESSON + id === name)?.folder;
    if (folder === undefined) throw new Error(`course.yaml has no ${name}`);
    return `export const lesson = ${JSON.stringify(load(folder))};`;
  };
  return {
    name: 'drydock-lessons',
    resolveId: (id) => (id === COURSE || id.startsWith(LESSON) ? `\0${id}` : undefined),
    load(id) {
      const name = id.slice(1);
      if (id[0] !== '\0' || !(name === COURSE || name.startsWith(LESSON))) return undefined;
      const plan = course();
      this.addWatchFile(join(dir, 'course.yaml'));
      for (const { folder } of foldersOf(plan)) for (const f of LESSON_FILES) this.addWatchFile(join(dir, folder, f));
      return source(name, plan);
    },
  };
}

/** Takes the content security policy out of the page while it is being developed: hot reload needs inline code. */
export const relaxWhileDeveloping: Plugin = {
  name: 'drydock-csp',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta[^>]*http-equiv="Content-Security-Policy"[^>]*>/, ''),
};
