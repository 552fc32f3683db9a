/** What a sitting's log holds besides what was done to the lab: notes of the page's own, as texts. */
import type { Visit } from '../../lab/browser/browser.ts';

export type Note =
  /** Where the lab began: the steps before this one had been done for the learner. */
  | { readonly from: string }
  /** The lesson looked at the lab here and saw something new. */
  | { readonly look: true }
  /** A question was answered. */
  | { readonly answer: { readonly step: string; readonly question: string; readonly given: string } }
  /** A page, or a part of one, was asked for. */
  | { readonly visit: { readonly machine: string; readonly visit: Visit } }
  | { readonly stopVisit: { readonly machine: string } };

export const noteText = (note: Note): string => JSON.stringify(note);

/** @returns undefined for a text that is no note: a log may come from anywhere */
export function noteOf(text: string): Note | undefined {
  try {
    const note = JSON.parse(text) as Note | null;
    return typeof note === 'object' && note !== null ? note : undefined;
  } catch {
    return undefined;
  }
}
