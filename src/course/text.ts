/** A lesson's words as the page draws them: markdown already turned into blocks, nothing left to parse. */
import type { Language, LessonPlan } from './schema.ts';

/** A piece of a step's text. `html` is made from markdown; raw HTML is refused there. */
export type Block =
  /**
   * Links to other lessons are `<a href="#/lesson-id/step-id">`; addresses in the lab are `<button class="visit" value="http://…">`, for
   * the simulated browser; all others open in a new tab.
   */
  | { readonly kind: 'html'; readonly html: string }
  /** Typed into a machine's terminal by a click. */
  | { readonly kind: 'run'; readonly machine: string; readonly text: string }
  /** A key to press there: `^C`. */
  | { readonly kind: 'key'; readonly machine: string; readonly key: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'callout'; readonly tone: 'then' | 'note'; readonly blocks: readonly Block[] }
  /** What must become true: the n-th goes with the n-th member of the check's `all`. */
  | { readonly kind: 'goals'; readonly items: readonly string[] }
  /** The question of this id stands here. */
  | { readonly kind: 'ask'; readonly question: string };

/** The hint ladder, from a nudge to the very command. */
export const RUNGS = ['idea', 'pointer', 'command'] as const;
export type Rung = (typeof RUNGS)[number];

/** Words of a question. */
export interface QuestionText {
  readonly blocks: readonly Block[];
  /** HTML of the choices, in the order of the question's `choices`; none when the answer is typed. */
  readonly choices: readonly string[];
  /** Said to the right answer. */
  readonly right?: readonly Block[];
  /** Said to a wrong one: by id of the choice or of the question's `wrong`, `''` to any other. */
  readonly wrong: Readonly<Record<string, readonly Block[]>>;
}

export interface StepText {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly hints: Readonly<Partial<Record<Rung, readonly Block[]>>>;
  /** Hints that look at the state, by id. */
  readonly when: Readonly<Record<string, readonly Block[]>>;
  /** What is said when something is broken, by id. */
  readonly fail: Readonly<Record<string, readonly Block[]>>;
  readonly questions: Readonly<Record<string, QuestionText>>;
}

export interface LessonText {
  readonly title: string;
  readonly intro: readonly Block[];
  readonly steps: Readonly<Record<string, StepText>>;
  readonly outro: readonly Block[];
}

/** A whole lesson, ready to use. */
export interface Lesson {
  readonly plan: LessonPlan;
  readonly text: Readonly<Record<Language, LessonText>>;
}
