/**
 * A lesson's files made into a lesson, or told what is wrong with them. Pure: runs when the page is built, in Node, and
 * in the page for a preview (load this module when it is wanted: it brings the parsers of YAML and markdown along).
 */
import { type CoursePlan, courseSchema } from '../outline.ts';
import { lessonSchema } from '../schema.ts';
import type { Lesson } from '../text.ts';
import { agree, fits } from './agree.ts';
import { type Path, readData } from './data.ts';
import { type Fault, type LessonFiles, tellFault } from './fault.ts';
import { makesSense } from './sense.ts';
import { withUses } from './uses.ts';
import { readWords, type Words } from './words.ts';

export * from './fault.ts';

/** A lesson with what only the proof of a whole course asks for. */
export interface Compiled {
  readonly lesson: Lesson;
  /** Links to lessons, `id` or `id/step`, with the file and line of each. */
  readonly links: readonly { readonly file: string; readonly line: number; readonly to: string }[];
  /** Line of lesson.yaml on which something stands. */
  line(path: Path): number;
}

/** Reads and joins the files. @returns the faults of all of them, sorted by file and line, when there are any */
export function compile(files: LessonFiles): Compiled | Fault[] {
  const data = readData(files['lesson.yaml'], lessonSchema, 'lesson.yaml');
  const en = readWords(files['en.md'], 'en.md');
  const zh = readWords(files['zh.md'], 'zh.md');
  const faults = Array.isArray(data) ? [...data] : makesSense(data);
  for (const words of [en, zh]) {
    faults.push(...words.faults);
    if (!Array.isArray(data)) faults.push(...fits(data.value, words));
  }
  if (!Array.isArray(data) && faults.length === 0) faults.push(...agree(data.value, en, zh));
  if (Array.isArray(data) || faults.length > 0) return faults.sort(byPlace);
  const lesson = withUses({ plan: data.value, text: { en: en.text, zh: zh.text } });
  return { lesson, links: [en, zh].flatMap(linksOf), line: data.line };
}

const linksOf = ({ file, links }: Words) => links.map((l) => ({ file, ...l }));

const byPlace = (a: Fault, b: Fault): number => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1);

/** A lesson ready to use, or its faults. */
export function compileLesson(files: LessonFiles): Lesson | Fault[] {
  const compiled = compile(files);
  return Array.isArray(compiled) ? compiled : compiled.lesson;
}

/** course.yaml, or its faults. */
export function compileCourse(text: string): CoursePlan | Fault[] {
  const data = readData(text, courseSchema, 'course.yaml');
  return Array.isArray(data) ? data : data.value;
}

/** What was compiled. @throws Error that tells the faults */
export function sound<T>(of: string, compiled: T | Fault[]): T {
  if (Array.isArray(compiled)) throw new Error(compiled.map((f) => `${of}/${tellFault(f)}`).join('\n'));
  return compiled;
}
