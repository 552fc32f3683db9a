/** Where a lesson stands in the course. */
import { outline } from 'drydock:outline';
import type { LessonHead, Outline } from '../../../course/outline.ts';

const order = outline.parts.flatMap((part) => part.lessons.map((head) => ({ head, part })));

/** Its part, and the lesson after it; neither for one that is not of the course. */
export function placeInCourse(id: string): {
  part: Outline['parts'][number] | undefined;
  next: LessonHead | undefined;
} {
  const at = order.findIndex((l) => l.head.id === id);
  return { part: order[at]?.part, next: at < 0 ? undefined : order[at + 1]?.head };
}
