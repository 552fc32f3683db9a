/** The proof of a whole course: what no lesson can tell by itself. */
import type { Compiled } from '../compile/compile.ts';
import type { CoursePlan } from '../outline.ts';
import type { Finding } from './finding.ts';

/** A lesson and the folder that it lies in. */
export interface Placed {
  readonly folder: string;
  readonly compiled: Compiled;
}

/**
 * Ids are single and are those of the outline; links and prerequisites lead somewhere.
 * @param places faults of where the lessons lie
 * @param unread ids of lessons whose own faults are told elsewhere: links to them are not followed
 */
export function proveCourse(
  course: CoursePlan,
  lessons: readonly Placed[],
  places: readonly Finding[] = [],
  unread: readonly string[] = [],
): Finding[] {
  const steps = new Map(lessons.map(({ compiled: { lesson } }) => [lesson.plan.id, stepsOf(lesson.plan.steps)]));
  const order = course.parts.flatMap((p) => p.lessons);
  const twice = order.filter((id, i) => order.indexOf(id) !== i);
  const faults: Finding[] = [
    ...places,
    ...twice.map((id) => ({ ok: false, what: `${id} stands in the course twice`, file: 'course.yaml', line: 1 })),
  ];
  for (const { folder, compiled } of lessons) {
    const { plan } = compiled.lesson;
    const fault = (file: string, line: number, what: string) =>
      faults.push({ ok: false, what, file: `${folder}/${file}`, line });
    if (!folder.endsWith(`-${plan.id}`))
      fault('lesson.yaml', compiled.line(['id']), `the folder is not called …-${plan.id}`);
    for (const [i, id] of plan.prerequisites.entries())
      if (order.indexOf(id) < 0 || order.indexOf(id) >= order.indexOf(plan.id))
        fault('lesson.yaml', compiled.line(['prerequisites', i]), `${id} is no lesson before this one`);
    for (const { file, line, to } of compiled.links) {
      const [id = '', step] = to.split('/');
      if (unread.includes(id)) continue;
      if (!steps.has(id)) fault(file, line, `there is no lesson ${id}`);
      else if (step !== undefined && !steps.get(id)?.has(step))
        fault(file, line, `the lesson ${id} has no step ${step}`);
    }
  }
  return faults.length > 0 ? faults : [{ ok: true, what: 'outline, prerequisites and links agree' }];
}

const stepsOf = (steps: readonly { id: string }[]): Set<string> => new Set(steps.map((s) => s.id));
