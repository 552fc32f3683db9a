/** Answers to a step's questions, and what became of them. */
import type { Evidence } from './evidence.ts';
import { saysSame } from './forms.ts';
import type { Question, Truth } from './schema.ts';
import { read } from './values.ts';

/** What became of an answer. */
export interface AnswerState {
  readonly given: string;
  /** `waiting`: a prediction, until the step's other goals are reached. */
  readonly verdict: 'right' | 'wrong' | 'waiting';
  /** Which of the words for wrong answers fits: `''` those for any other. */
  readonly words?: string;
}

/** Judges an answer. @param evidence of the step that asks */
export async function mark(q: Question, given: string, evidence: Evidence): Promise<AnswerState> {
  if (q.type === 'choice')
    return given === q.is ? { given, verdict: 'right' } : { given, verdict: 'wrong', words: given };
  if (await isTrue(q, q.is, given, evidence)) return { given, verdict: 'right' };
  for (const w of q.wrong) if (await isTrue(q, w.is, given, evidence)) return { given, verdict: 'wrong', words: w.id };
  return { given, verdict: 'wrong', words: '' };
}

/** What is right now; none: the lab has no such thing. */
export async function truths(is: Truth, evidence: Evidence): Promise<readonly string[]> {
  return typeof is === 'object' ? read(is, evidence) : [`${is}`];
}

async function isTrue(q: Question, is: Truth, given: string, evidence: Evidence): Promise<boolean> {
  if (q.type === 'choice') return given === is;
  const { type } = q;
  return (await truths(is, evidence)).some((t) => saysSame(type, given, t));
}
