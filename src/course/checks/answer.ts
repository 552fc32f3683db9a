/** `answer`: a question of the step has been answered: rightly, or, of a prediction, at all. */
import { id } from './fields.ts';

/** The question's id. */
export const answer = id;
