/** Free play as a lesson without steps: a lab of three machines, and every command there is. */
import type { Lesson } from '../../../course/text.ts';
import { FREE } from './route.ts';
import { courseWords } from './words.ts';

const title = { en: courseWords.en.free, zh: courseWords.zh.free };
const text = (language: 'en' | 'zh') => ({ title: title[language], intro: [], steps: {}, outro: [] });

export const freePlay: Lesson = {
  plan: {
    id: FREE,
    title,
    version: 1,
    minutes: 1,
    objectives: [],
    prerequisites: [],
    engine: '28.5.2',
    seed: 1,
    machines: 3,
    terminals: [1, 2, 3].map((n) => ({ machine: `node${n}`, title: { en: '', zh: '' } })),
    setup: [],
    live: {},
    steps: [],
  },
  text: { en: text('en'), zh: text('zh') },
};
