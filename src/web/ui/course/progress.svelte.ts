/** What a learner has done of the course, in every visit so far: kept in this browser, taken elsewhere as a file. */
import type { Lesson } from '../../../course/text.ts';
import type { StepProgress } from '../../worker/api.ts';

/** One lesson. */
export interface LessonRecord {
  /** Of the lesson that this was done in. */
  readonly version: number;
  /** Ids of steps that have been done. */
  readonly done: readonly string[];
  /** Ids of steps whose solution was looked at before they were done. */
  readonly solved: readonly string[];
  /** Whether the first answer was right, by `step question`. */
  readonly first: Readonly<Record<string, boolean>>;
}

type Records = Readonly<Record<string, LessonRecord>>;

const KEY = 'drydock.course';
/** Says what an exported file is. */
const FORMAT = 'drydock-progress-1';
const NONE: Omit<LessonRecord, 'version'> = { done: [], solved: [], first: {} };

const isRecord = (x: unknown): x is LessonRecord => {
  const r = x as LessonRecord | null;
  const strings = (list: unknown) => Array.isArray(list) && list.every((s) => typeof s === 'string');
  return (
    typeof r === 'object' &&
    r !== null &&
    typeof r.version === 'number' &&
    strings(r.done) &&
    strings(r.solved) &&
    typeof r.first === 'object' &&
    r.first !== null &&
    Object.values(r.first).every((b) => typeof b === 'boolean')
  );
};

/** @returns the records in a text that `exported` made, or undefined when it is none */
function parse(text: string | null): Records | undefined {
  try {
    const data = JSON.parse(text ?? '') as { format?: string; lessons?: Record<string, unknown> };
    if (data.format !== FORMAT || typeof data.lessons !== 'object') return undefined;
    return Object.fromEntries(Object.entries(data.lessons).filter((e): e is [string, LessonRecord] => isRecord(e[1])));
  } catch {
    return undefined;
  }
}

class CourseProgress {
  records = $state.raw<Records>(CourseProgress.#recall());

  static #recall(): Records {
    try {
      return parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  /** @returns an empty record for a lesson that was never begun, or of which a former version was done */
  of(lesson: { readonly id: string; readonly version: number }): LessonRecord {
    const known = this.records[lesson.id];
    return known?.version === lesson.version ? known : { version: lesson.version, ...NONE };
  }

  /** Adds what the lab tells of a lesson, but for the steps that were done for the learner. */
  note({ plan }: Lesson, progress: readonly StepProgress[]): void {
    const before = this.of(plan);
    const own = progress.filter((s) => !s.given);
    const done = own.filter((s) => s.state === 'done').map((s) => s.id);
    const first = { ...before.first };
    for (const step of own)
      for (const [question, { verdict }] of Object.entries(step.answers))
        if (verdict !== 'waiting') first[`${step.id} ${question}`] ??= verdict === 'right';
    const after = { ...before, done: [...new Set([...before.done, ...done])], first };
    if (after.done.length !== before.done.length || Object.keys(first).length !== Object.keys(before.first).length)
      this.#keep({ ...this.records, [plan.id]: after });
  }

  /** The solution of a step was looked at. */
  solved({ plan }: Lesson, step: string): void {
    const before = this.of(plan);
    if (before.done.includes(step) || before.solved.includes(step)) return;
    this.#keep({ ...this.records, [plan.id]: { ...before, solved: [...before.solved, step] } });
  }

  /** Forgets a lesson: it is done again. */
  forget(lesson: string): void {
    this.#keep(Object.fromEntries(Object.entries(this.records).filter(([id]) => id !== lesson)));
  }

  /** All of it as the text of a file. */
  exported(): string {
    return `${JSON.stringify({ format: FORMAT, lessons: this.records }, null, 2)}\n`;
  }

  /** Joins a file's records with those here. @returns false when the text is no such file */
  imported(text: string): boolean {
    const lessons = parse(text);
    if (!lessons) return false;
    const joined: Record<string, LessonRecord> = { ...this.records };
    for (const [id, theirs] of Object.entries(lessons)) {
      const mine = joined[id];
      if (!mine || mine.version < theirs.version) joined[id] = theirs;
      else if (mine.version === theirs.version)
        joined[id] = {
          version: mine.version,
          done: [...new Set([...mine.done, ...theirs.done])],
          solved: [...new Set([...mine.solved, ...theirs.solved])],
          first: { ...theirs.first, ...mine.first },
        };
    }
    this.#keep(joined);
    return true;
  }

  #keep(records: Records): void {
    this.records = records;
    try {
      localStorage.setItem(KEY, this.exported());
    } catch {
      // A browser that keeps nothing: progress lasts as long as the page.
    }
  }
}

export const courseProgress = new CourseProgress();
