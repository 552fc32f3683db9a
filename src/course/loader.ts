/**
 * Reads a lesson's four files. Runs at build time (a Vite plugin) and in Node (`drydock check`), never in the page.
 *
 * The words: `# title`, an introduction, then one `## Title {#step-id}` for each step, and `## Title {#end}` for the
 * closing words. In a step, ```` ```sh run ```` and ```` ```sh run=node3 ```` are typed by a click, ```` ```key ````
 * is a key, other fences are output; `- [ ]` lists are goals; `> [!then]` and `> [!note]` are callouts; `> [!idea]`,
 * `> [!pointer]`, `> [!command]` are the hint ladder.
 *
 * Limits: raw HTML in the words is refused; links open in a new tab.
 */
import { Marked, type Token, type Tokens } from 'marked';
import { parse } from 'yaml';
import { LANGUAGES, type LessonPlan, parsePlan } from './schema.ts';
import { type Block, type Lesson, type LessonText, RUNGS, type Rung, type StepText } from './text.ts';

/** The files of a lesson's folder, by name. */
export interface LessonFiles {
  readonly 'lesson.yaml': string;
  readonly 'en.md': string;
  readonly 'zh.md': string;
  readonly 'solution.sh': string;
}

const marked = new Marked({ gfm: true });
marked.use({
  renderer: {
    html: ({ text }) => {
      throw new Error(`raw HTML in a lesson: ${text.trim()}`);
    },
    link({ href, tokens }) {
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${this.parser.parseInline(tokens)}</a>`;
    },
  },
});

const escapeHtml = (s: string): string =>
  s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);

/** Reads and joins the files. @throws Error that says which file is wrong, and where */
export function loadLesson(files: LessonFiles): Lesson {
  const plan = parsePlan(parse(files['lesson.yaml']));
  const text = { en: readText(files['en.md'], 'en.md'), zh: readText(files['zh.md'], 'zh.md') };
  const solution = readSolution(files['solution.sh']);
  const faults = [...LANGUAGES.flatMap((l) => compare(plan, text[l], `${l}.md`)), ...compareSolution(plan, solution)];
  faults.push(...sameBlocks(plan, text.en, text.zh));
  if (faults.length > 0) throw new Error(`${plan.id}:\n${faults.join('\n')}`);
  return { plan, text, solution };
}

/** solution.sh: the part after each line `#: step-id` solves that step. */
export function readSolution(script: string): Record<string, string> {
  const parts: Record<string, string> = {};
  let id: string | undefined;
  for (const line of script.replace(/\n$/, '').split('\n')) {
    const mark = /^#:\s*([a-z0-9-]+)\s*$/.exec(line);
    if (mark) {
      id = mark[1] as string;
      parts[id] = '';
    } else if (id !== undefined) parts[id] += `${line}\n`;
  }
  return parts;
}

/** Cuts a markdown text at its anchored headings. */
export function readText(markdown: string, file: string): LessonText {
  const tokens = marked.lexer(markdown);
  let title = '';
  const intro: Token[] = [];
  const sections = new Map<string, { title: string; tokens: Token[] }>();
  let into = intro;
  for (const token of tokens) {
    if (token.type === 'heading' && token.depth === 1) title = token.text;
    else if (token.type === 'heading' && token.depth === 2) {
      const anchor = /^(.*?)\s*\{#([a-z0-9-]+)\}$/.exec(token.text);
      if (!anchor) throw new Error(`${file}: heading without an anchor: ${token.text}`);
      const section = { title: anchor[1] as string, tokens: [] as Token[] };
      if (sections.has(anchor[2] as string)) throw new Error(`${file}: two sections #${anchor[2]}`);
      sections.set(anchor[2] as string, section);
      into = section.tokens;
    } else into.push(token);
  }
  const steps: Record<string, StepText> = {};
  for (const [id, section] of sections) if (id !== 'end') steps[id] = stepText(section.title, section.tokens);
  return { title, intro: blocksOf(intro), steps, outro: blocksOf(sections.get('end')?.tokens ?? []) };
}

function stepText(title: string, tokens: readonly Token[]): StepText {
  const hints: Partial<Record<Rung, Block[]>> = {};
  const rest = tokens.filter((token) => {
    const alert = alertOf(token);
    if (!alert || !(RUNGS as readonly string[]).includes(alert.name)) return true;
    hints[alert.name as Rung] = blocksOf(alert.tokens);
    return false;
  });
  return { title, blocks: blocksOf(rest), hints };
}

/** `> [!name] …`: a callout, its mark taken off. */
function alertOf(token: Token): { name: string; tokens: Token[] } | undefined {
  if (token.type !== 'blockquote') return undefined;
  const quote = token as Tokens.Blockquote;
  const mark = /^\[!([a-z]+)\]\s*/.exec(quote.text);
  return mark ? { name: mark[1] as string, tokens: marked.lexer(quote.text.slice(mark[0].length)) } : undefined;
}

/** Tokens as blocks; neighbouring ones that are only HTML become one. */
function blocksOf(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = [];
  let plain: Token[] = [];
  const flush = () => {
    const html = marked.parser(plain).trim();
    if (html) blocks.push({ kind: 'html', html });
    plain = [];
  };
  for (const token of tokens) {
    const block = blockOf(token);
    if (!block) plain.push(token);
    else {
      flush();
      blocks.push(block);
    }
  }
  flush();
  return blocks;
}

function blockOf(token: Token): Block | undefined {
  if (token.type === 'code') return codeBlock(token as Tokens.Code);
  const alert = alertOf(token);
  if (alert) {
    if (alert.name !== 'then' && alert.name !== 'note') throw new Error(`callout of no known kind: ${alert.name}`);
    return { kind: 'callout', tone: alert.name, blocks: blocksOf(alert.tokens) };
  }
  if (token.type === 'list' && (token as Tokens.List).items.every((i) => i.task)) {
    const items = (token as Tokens.List).items.map((i) =>
      marked.parseInline(i.text.replace(/^\[[ x]\]\s*/, ''), { async: false }),
    );
    return { kind: 'goals', items };
  }
  return undefined;
}

function codeBlock(code: Tokens.Code): Block {
  const [lang, what] = (code.lang ?? '').split(/\s+/);
  const machine = /^run=(.+)$/.exec(what ?? '')?.[1] ?? 'node1';
  if (lang === 'key') return { kind: 'key', machine, key: code.text.trim() };
  if (what?.startsWith('run')) return { kind: 'run', machine, text: code.text };
  return { kind: 'output', text: code.text };
}

function compare(plan: LessonPlan, text: LessonText, file: string): string[] {
  const faults: string[] = [];
  const ids = plan.steps.map((s) => s.id);
  if (Object.keys(text.steps).join(' ') !== ids.join(' '))
    faults.push(`${file}: sections [${Object.keys(text.steps).join(' ')}] are not the steps [${ids.join(' ')}]`);
  if (text.outro.length === 0) faults.push(`${file}: no closing words {#end}`);
  for (const step of plan.steps) {
    const words = text.steps[step.id];
    if (!words) continue;
    const goals = words.blocks.filter((b) => b.kind === 'goals').reduce((n, b) => n + b.items.length, 0);
    const parts = 'all' in step.check ? step.check.all.length : 1;
    if (goals !== parts) faults.push(`${file} #${step.id}: ${goals} goals for ${parts} checks`);
    for (const rung of RUNGS) if (!words.hints[rung]) faults.push(`${file} #${step.id}: no hint "${rung}"`);
  }
  return faults;
}

function compareSolution(plan: LessonPlan, solution: Record<string, string>): string[] {
  const ids = plan.steps.map((s) => s.id).join(' ');
  const have = Object.keys(solution).join(' ');
  return have === ids ? [] : [`solution.sh: parts [${have}] are not the steps [${ids}]`];
}

/** What can be clicked must be the same in both languages. */
function sameBlocks(plan: LessonPlan, en: LessonText, zh: LessonText): string[] {
  const clicks = (step: StepText | undefined): string =>
    [...(step?.blocks ?? []), ...RUNGS.flatMap((r) => step?.hints[r] ?? [])]
      .map((b) => (b.kind === 'run' ? `${b.machine}$ ${b.text}` : b.kind === 'key' ? `${b.machine} ${b.key}` : ''))
      .filter(Boolean)
      .join('\n');
  return plan.steps
    .filter((s) => clicks(en.steps[s.id]) !== clicks(zh.steps[s.id]))
    .map((s) => `#${s.id}: the commands of en.md and zh.md differ`);
}
