/**
 * Vite plugin: the course as modules, compiled when the page is built. `drydock:course` has its loaders, `drydock:outline` its
 * parts and titles; of each lesson plan and words of each language are modules (and so files of the page) of their own:
 * `drydock:lesson/PART/ID`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { compileCourse, compileLesson, LESSON_FILES, type LessonFiles, sound } from './src/course/compile/compile.ts';
import { type CoursePlan, foldersOf, headOf, type Outline } from './src/course/outline.ts';
import { LANGUAGES, type Language } from './src/course/schema.ts';
import type { Lesson } from './src/course/text.ts';

const LESSON = 'drydock:lesson/';
const COURSE = 'drydock:course';
const OUTLINE = 'drydock:outline';
const OURS = (name: string): boolean => name === COURSE || name === OUTLINE || name.startsWith(LESSON);

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
    if (name === OUTLINE) return `export const outline = ${JSON.stringify(outline(plan))};`;
    if (name === COURSE) {
      const loader = (id: string) =>
        ['plan', ...LANGUAGES].map((p) => `${p}: () => import('${LESSON}${p}/${id}')`).join(', ');
      const loaders = all.map(({ id }) => `'${id}': { ${loader(id)} }`);
      return `export const lessons = {${loaders.join(', ')}};`;
    }
    const [part, id] = name.slice(LESSON.length).split('/') as ['plan' | Language, string];
    const folder = all.find((l) => l.id === id)?.folder;
    if (folder === undefined) throw new Error(`course.yaml has no ${name}`);
    const lesson = load(folder);
    return part === 'plan'
      ? `export const plan = ${JSON.stringify(lesson.plan)};`
      : `export const text = ${JSON.stringify(lesson.text[part])};`;
  };
  return {
    name: 'drydock-lessons',
    resolveId: (id) => (OURS(id) ? `\0${id}` : undefined),
    load(id) {
      const name = id.slice(1);
      if (id[0] !== '\0' || !OURS(name)) return undefined;
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
