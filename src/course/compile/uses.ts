/**
 * `uses` of a step: containers of earlier steps or of the setup that it cannot do without. It is made into a failure with words
 * of its own: while one of them has been removed or stopped, the page says so and offers a fresh lab, played up to the step.
 * Those of `stops` may be stopped.
 */
import { LANGUAGES, type Language, type LessonPlan, type StepPlan } from '../schema.ts';
import type { Lesson, LessonText } from '../text.ts';

/** Id of that failure. */
export const USES = 'uses';

/** The lesson with its `uses` made into failures. */
export function withUses({ plan, text }: Lesson): Lesson {
  const steps = plan.steps.map((s) => (s.uses.length > 0 ? { ...s, fail: [...s.fail, missing(s)] } : s));
  const told = LANGUAGES.map((l) => [l, tell(plan, text[l], l)] as const);
  return { plan: { ...plan, steps }, text: Object.fromEntries(told) as Record<Language, LessonText> };
}

const missing = ({ uses, stops }: StepPlan): StepPlan['fail'][number] => ({
  id: USES,
  when: {
    any: uses.flatMap((name) => [
      { container: { machine: 'node1', name, count: 0 } },
      ...(stops.includes(name) ? [] : [{ container: { machine: 'node1', name, state: 'exited' as const } }]),
    ]),
  },
  back: 'restart',
  break: [{ machine: 'node1', run: `docker rm -f ${uses.join(' ')}` }],
});

function tell(plan: LessonPlan, text: LessonText, language: Language): LessonText {
  const steps = plan.steps.flatMap(({ id, uses, stops }) => {
    const told = text.steps[id];
    if (!told || uses.length === 0) return [];
    const running = uses.filter((name) => !stops.includes(name));
    const wake = running.length > 0 ? ` ${WAKE[language](`<code>docker start ${running.join(' ')}</code>`)}` : '';
    const html = `<p>${WORDS[language](uses.map((name) => `<code>${name}</code>`))}${wake}</p>`;
    return [[id, { ...told, fail: { ...told.fail, [USES]: [{ kind: 'html' as const, html }] } }] as const];
  });
  return { ...text, steps: { ...text.steps, ...Object.fromEntries(steps) } };
}

/** What is said of the names, as HTML. */
const WORDS: Readonly<Record<Language, (names: readonly string[]) => string>> = {
  en: (names) =>
    names.length === 1
      ? `This step cannot do without ${names[0]}, and it has been removed or stopped. A fresh lab, played up to this step, has it.`
      : `This step cannot do without ${names.slice(0, -1).join(', ')} and ${names.at(-1)}, and not all of them are there and running. A fresh lab, played up to this step, has them.`,
  zh: (names) =>
    names.length === 1
      ? `这一步离不开 ${names[0]}，而它已经被删掉或停掉了。换一个全新的实验环境，重放到这一步就有了。`
      : `这一步离不开 ${names.slice(0, -1).join('、')} 和 ${names.at(-1)}，现在并非都在、都在运行。换一个全新的实验环境，重放到这一步就都有了。`,
};

/** What is said of those that are only stopped. */
const WAKE: Readonly<Record<Language, (command: string) => string>> = {
  en: (command) => `What is only stopped comes back with ${command}.`,
  zh: (command) => `如果只是停掉了，${command} 就能让它恢复运行。`,
};
