/** Lessons on their way: the plan and the words that are read first, then those of the other language. */
import { lessons } from 'drydock:course';
import type { Language } from '../../../course/schema.ts';
import type { Lesson } from '../../../course/text.ts';

const order = Object.keys(lessons);

/** The lesson that the course begins with. */
export const FIRST = order[0] ?? '';

/** Ids of the lessons before and after one. */
export function neighboursOf(id: string): { previous: string | undefined; next: string | undefined } {
  const at = order.indexOf(id);
  return { previous: order[at - 1], next: at < 0 ? undefined : order[at + 1] };
}

/** @returns the lesson with the words of one language in the place of both, or undefined when there is none */
export async function loadLesson(id: string, language: Language): Promise<Lesson | undefined> {
  const loaders = lessons[id];
  if (!loaders) return undefined;
  const [{ plan }, { text }] = await Promise.all([loaders.plan(), loaders[language]()]);
  return { plan, text: { en: text, zh: text } };
}

/** The same lesson with the words of both languages. */
export async function inBothLanguages(lesson: Lesson): Promise<Lesson> {
  const loaders = lessons[lesson.plan.id];
  if (!loaders) return lesson;
  const [en, zh] = await Promise.all([loaders.en(), loaders.zh()]);
  return { ...lesson, text: { en: en.text, zh: zh.text } };
}
