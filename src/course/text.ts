/** A lesson's words as the page draws them: markdown already turned into blocks, nothing left to parse. */
import type { Language, LessonPlan } from './schema.ts';

/** A piece of a step's text. `html` is made from the project's own markdown at build time. */
export type Block =
  | { readonly kind: 'html'; readonly html: string }
  /** Typed into a machine's terminal by a click. */
  | { readonly kind: 'run'; readonly machine: string; readonly text: string }
  /** A key to press there: `^C`. */
  | { readonly kind: 'key'; readonly machine: string; readonly key: string }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'callout'; readonly tone: 'then' | 'note'; readonly blocks: readonly Block[] }
  /** What must become true: the n-th goes with the n-th member of the check's `all`. */
  | { readonly kind: 'goals'; readonly items: readonly string[] };

/** The hint ladder, from a nudge to the very command. */
export const RUNGS = ['idea', 'pointer', 'command'] as const;
export type Rung = (typeof RUNGS)[number];

export interface StepText {
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly hints: Readonly<Partial<Record<Rung, readonly Block[]>>>;
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
  /** Step id → script that solves it. */
  readonly solution: Readonly<Record<string, string>>;
}
