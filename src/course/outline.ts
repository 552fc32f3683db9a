/** The shape of lessons/course.yaml: parts, and which lessons they hold in which order. */
import * as v from 'valibot';
import { about, id } from './checks/fields.ts';
import { both, type LessonPlan } from './schema.ts';

const part = v.strictObject({
  id: about(id, 'The folder is called NN-id, NN its place in the list.'),
  title: both,
  summary: about(both, 'One sentence.'),
  lessons: about(v.optional(v.array(id), []), 'Ids of its lessons, in order; none: the part is yet to come.'),
  coming: about(v.optional(v.boolean(), false), 'Stands in the outline, and has no lessons yet.'),
});

export const courseSchema = v.strictObject({
  title: both,
  summary: both,
  parts: v.pipe(v.array(part), v.minLength(1)),
});

/** course.yaml, with defaults filled in. */
export type CoursePlan = v.InferOutput<typeof courseSchema>;

/** `01-ports/02-chosen-port`: where each lesson lies below lessons/, in the order of the course. */
export const foldersOf = (course: CoursePlan): { part: string; id: string; folder: string }[] =>
  course.parts.flatMap((part, p) =>
    part.lessons.map((id, l) => ({
      part: part.id,
      id,
      folder: `${numbered(p, part.id)}/${numbered(l, id)}`,
    })),
  );

const numbered = (index: number, id: string): string => `${String(index + 1).padStart(2, '0')}-${id}`;

/** What the page's outline needs of a lesson before its words are loaded. */
export type LessonHead = Pick<LessonPlan, 'id' | 'title' | 'minutes' | 'prerequisites' | 'version'> & {
  readonly steps: readonly string[];
  readonly points: number;
};

/** The course as the page knows it at its start. */
export interface Outline extends Omit<CoursePlan, 'parts'> {
  readonly parts: readonly (Omit<CoursePlan['parts'][number], 'lessons'> & {
    readonly lessons: readonly LessonHead[];
  })[];
}

export const headOf = ({ id, title, minutes, prerequisites, version, steps }: LessonPlan): LessonHead => ({
  id,
  title,
  minutes,
  prerequisites,
  version,
  steps: steps.map((s) => s.id),
  points: steps.reduce((n, s) => n + s.points, 0),
});
