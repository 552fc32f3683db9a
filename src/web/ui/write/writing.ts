/** The place where lessons are written, as a lesson without steps: a lab to try commands in. */
import type { Lesson } from '../../../course/text.ts';
import { freePlay } from '../course/free.ts';
import { WRITE } from '../course/route.ts';
import { courseWords } from '../course/words.ts';

const title = { en: courseWords.en.write, zh: courseWords.zh.write };

export const writing: Lesson = {
  plan: { ...freePlay.plan, id: WRITE, title },
  text: { en: { ...freePlay.text.en, title: title.en }, zh: { ...freePlay.text.zh, title: title.zh } },
};
