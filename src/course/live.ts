/** Values of the lab that stand in a lesson's words as `{{name}}`. */
import type { LabView } from '../lab/view.ts';
import { showOf } from './checks/matching.ts';
import type { LessonPlan } from './schema.ts';

/** Each live value now, or its stand-in. The newest container that matches gives it. */
export function liveValues(plan: LessonPlan, view: LabView | undefined): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, live] of Object.entries(plan.live)) {
    const value = view && showOf(view, live.container, live.show);
    values[key] = value === undefined || value === '' ? live.until : `${value}`;
  }
  return values;
}

const PLACE = /\{\{([a-z0-9-]+)\}\}/g;
/** What may stand alone in a template of Go's, which words quote too: never the name of a value. */
const GO = new Set(['end', 'else', 'break', 'continue', 'println', 'true', 'false', 'nil']);

/** Whether a name can be that of a live value. */
export const isLiveName = (name: string): boolean => !GO.has(name);

/** Names of live values in a text; what a template of Go's says is none. */
export const liveNames = (text: string): string[] =>
  [...text.matchAll(PLACE)].map(([, name]) => name as string).filter(isLiveName);

/** Puts the values in. */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(PLACE, (whole, key: string) => values[key] ?? whole);
