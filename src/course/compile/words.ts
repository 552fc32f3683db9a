/**
 * en.md and zh.md: `# title`, an introduction, one `## Title {#step-id}` for each step, `## Title {#end}` last.
 * In a step, callouts named `idea`, `pointer`, `command` are the hint ladder; `when id`, `fail id`, `ask id`,
 * `right id`, `wrong id` and `wrong id choice` go with what lesson.yaml says under that id; `then` and `note` stay where
 * they are.
 */
import type { Tokens } from 'marked';
import { type Block, type LessonText, type QuestionText, RUNGS, type Rung, type StepText } from '../text.ts';
import type { Fault } from './fault.ts';
import { blocksOf, type Callout, calloutOf, itemsOf, type Placed, plainBlock, survey, tokensOf } from './markdown.ts';

/** A file of words, read. */
export interface Words {
  readonly file: string;
  readonly text: LessonText;
  /** Line of a step's heading, or of one of its callouts: `step`, `step fail gone`. */
  line(place: string): number;
  /** Links to lessons: `id` or `id/step`. */
  readonly links: readonly { readonly line: number; readonly to: string }[];
  readonly faults: readonly Fault[];
}

/** Callouts that stay in the text. */
const TONES = ['then', 'note'] as const;
/** How many ids follow a callout's name. */
const IDS: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries([...TONES, ...RUNGS].map((name) => [name, [0]])),
  when: [1],
  fail: [1],
  ask: [1],
  right: [1],
  wrong: [1, 2],
};

export function readWords(markdown: string, file: string): Words {
  const reader = new Reader(file);
  const text = reader.read(tokensOf(markdown.replaceAll('\r\n', '\n')));
  return { file, text, line: (place) => reader.lines.get(place) ?? 1, links: reader.links, faults: reader.faults };
}

class Reader {
  readonly faults: Fault[] = [];
  readonly links: { line: number; to: string }[] = [];
  readonly lines = new Map<string, number>();

  constructor(readonly file: string) {}

  fault(line: number, message: string): void {
    this.faults.push({ file: this.file, line, message });
  }

  read(tokens: readonly Placed[]): LessonText {
    const looked = survey(tokens);
    for (const f of looked.faults) this.fault(f.line, f.message);
    this.links.push(...looked.links);
    let title = '';
    const intro: Placed[] = [];
    const sections = new Map<string, { title: string; tokens: Placed[] }>();
    let into = intro;
    for (const placed of tokens) {
      const { token, line } = placed;
      if (token.type === 'heading' && token.depth === 1) title = (token as Tokens.Heading).text;
      else if (token.type === 'heading' && token.depth === 2) {
        const anchor = /^(.*?)\s*\{#([a-z0-9-]+)\}$/.exec((token as Tokens.Heading).text);
        const id = anchor?.[2] ?? '';
        if (!anchor) this.fault(line, `a heading without an anchor {#step-id}: ${(token as Tokens.Heading).text}`);
        else if (sections.has(id)) this.fault(line, `a second section {#${id}}`);
        const section = { title: anchor?.[1] ?? '', tokens: [] as Placed[] };
        if (anchor && !sections.has(id)) {
          sections.set(id, section);
          this.lines.set(id, line);
        }
        into = section.tokens;
      } else into.push(placed);
    }
    if (title === '') this.fault(1, 'no title: the file begins with # Title');
    const steps: Record<string, StepText> = {};
    for (const [id, s] of sections) if (id !== 'end') steps[id] = this.#step(id, s.title, s.tokens);
    const outro = blocksOf(sections.get('end')?.tokens ?? [], this.#inText);
    return { title, intro: blocksOf(intro, this.#inText), steps, outro };
  }

  #step(id: string, title: string, tokens: readonly Placed[]): StepText {
    const hints: Partial<Record<Rung, Block[]>> = {};
    const when: Record<string, Block[]> = {};
    const fail: Record<string, Block[]> = {};
    const questions: Record<string, { -readonly [K in keyof QuestionText]: QuestionText[K] } & { wrong: object }> = {};
    const question = (of: string) => {
      questions[of] ??= { blocks: [], choices: [], wrong: {} };
      return questions[of];
    };
    const inText: Placed[] = [];
    for (const placed of tokens) {
      const callout = calloutOf(placed);
      if (!callout || (TONES as readonly string[]).includes(callout.name) || !this.#known(callout, placed.line)) {
        inText.push(placed);
        continue;
      }
      const { name, ids } = callout;
      const [of = '', choice = ''] = ids;
      const place = [id, name, ...ids].join(' ');
      if (this.lines.has(place)) this.fault(placed.line, `a second [!${[name, ...ids].join(' ')}] in this step`);
      this.lines.set(place, placed.line);
      const blocks = () => blocksOf(callout.content, this.#inText);
      if (name === 'ask') {
        Object.assign(question(of), this.#question(callout));
        inText.push(placed);
      } else if (name === 'right') question(of).right = blocks();
      else if (name === 'wrong') question(of).wrong = { ...question(of).wrong, [choice]: blocks() };
      else if (name === 'when') when[of] = blocks();
      else if (name === 'fail') fail[of] = blocks();
      else hints[name as Rung] = blocks();
    }
    return { title, blocks: blocksOf(inText, this.#inText), hints, when, fail, questions };
  }

  /** The last list of a question is its choices. */
  #question({ content }: Callout): Pick<QuestionText, 'blocks' | 'choices'> {
    const last = content.findLastIndex(({ token }) => token.type !== 'space');
    const list = content[last]?.token;
    if (list?.type !== 'list') return { blocks: blocksOf(content, this.#inText), choices: [] };
    return { blocks: blocksOf(content.slice(0, last), this.#inText), choices: itemsOf(list as Tokens.List) };
  }

  /** What is no HTML of a text. */
  readonly #inText = (placed: Placed): Block | undefined => {
    const callout = calloutOf(placed);
    if (!callout) return plainBlock(placed);
    if (callout.name === 'ask') return { kind: 'ask', question: callout.ids[0] ?? '' };
    const tone = TONES.find((t) => t === callout.name);
    if (tone) return { kind: 'callout', tone, blocks: blocksOf(callout.content, this.#inText) };
    this.fault(placed.line, `[!${callout.name}] is not known here`);
    return undefined;
  };

  #known({ name, ids }: Callout, line: number): boolean {
    const counts = IDS[name];
    if (!counts) return false;
    if (counts.includes(ids.length)) return true;
    this.fault(line, `[!${name}] takes ${counts.join(' or ')} ids, not ${ids.length}`);
    return true;
  }
}
