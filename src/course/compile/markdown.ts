/**
 * Markdown as a lesson may use it, turned into blocks.
 *
 * ```` ```sh run ```` and ```` ```sh run=node3 ```` are typed by a click, ```` ```key ```` is a key, other fences are
 * output; `- [ ]` lists are goals; `> [!name id …]` is a callout.
 * Limits: no raw HTML, no pictures; links lead to https, by http into the lab (its browser opens them), or by `lesson:id` and
 * `lesson:id/step` to other lessons.
 */
import { Marked, type Token, type Tokens } from 'marked';
import type { Block } from '../text.ts';

const marked = new Marked({ gfm: true });
marked.use({
  renderer: {
    // Refused before it comes here; nothing of it may reach the page in any case.
    html: () => '',
    image: () => '',
    codespan: ({ text }) => `<code>${escapeHtml(text).replace(OPTION, '$1<span>$2</span>')}</code>`,
    link({ href, tokens }) {
      const words = this.parser.parseInline(tokens);
      const lesson = lessonLink(href);
      if (lesson !== undefined) return `<a href="#/${escapeHtml(lesson)}">${words}</a>`;
      if (inLab(href)) return `<button type="button" class="visit" value="${escapeHtml(href)}">${words}</button>`;
      return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${words}</a>`;
    },
  },
});

/** An option in code: a line would break after its hyphens. */
const OPTION = /(^| )(-[^ ]+)/g;

const escapeHtml = (s: string): string =>
  s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);

/** `id` or `id/step` of a link to a lesson. */
const lessonLink = (href: string): string | undefined => /^lesson:([a-z0-9-]+(?:\/[a-z0-9-]+)?)$/.exec(href)?.[1];

/** An address in the lab: nothing there speaks TLS, and nothing elsewhere should be asked for without it. */
const inLab = (href: string): boolean => href.startsWith('http://');

/** A token, and the line of the file that it begins on. */
export interface Placed {
  readonly token: Token;
  readonly line: number;
}

/** The tokens of a text. @param first line of the file that the text begins on */
export function tokensOf(text: string, first = 1): Placed[] {
  let line = first;
  return marked.lexer(text).map((token) => {
    const at = { token, line };
    line += token.raw.split('\n').length - 1;
    return at;
  });
}

/** A callout: `> [!name id …] words`. */
export interface Callout {
  readonly name: string;
  readonly ids: readonly string[];
  readonly content: readonly Placed[];
}

export function calloutOf({ token, line }: Placed): Callout | undefined {
  if (token.type !== 'blockquote') return undefined;
  const quote = token as Tokens.Blockquote;
  const mark = /^\[!([a-z]+)((?:[ \t]+[a-z0-9-]+)*)[ \t]*\]\s*/.exec(quote.text);
  if (!mark) return undefined;
  const skipped = mark[0].split('\n').length - 1;
  const ids = (mark[2] as string).split(/[ \t]+/).filter(Boolean);
  return { name: mark[1] as string, ids, content: tokensOf(quote.text.slice(mark[0].length), line + skipped) };
}

/** What a lesson's markdown may not hold, and where it links to. */
export interface Survey {
  readonly faults: { line: number; message: string }[];
  readonly links: { line: number; to: string }[];
}

/** Looks through tokens and all within them. */
export function survey(placed: readonly Placed[]): Survey {
  const found: Survey = { faults: [], links: [] };
  for (const { token, line } of placed)
    marked.walkTokens([token], (t) => {
      if (t.type === 'html') found.faults.push({ line, message: `raw HTML: ${t.raw.trim()}` });
      if (t.type === 'image') found.faults.push({ line, message: `a picture: ${t.raw.trim()}` });
      // Closing stars are none between punctuation and a letter, as often in Chinese: 「词。**词」.
      if (t.type === 'text' && !('tokens' in t && t.tokens) && t.raw.includes('**'))
        found.faults.push({ line, message: `stars that make nothing bold: ${t.raw.trim()}` });
      if (t.type !== 'link') return;
      const { href } = t as Tokens.Link;
      const to = lessonLink(href);
      if (to !== undefined) found.links.push({ line, to });
      else if (!href.startsWith('https://') && !inLab(href))
        found.faults.push({ line, message: `a link leads to http(s)://… or to lesson:id, not to ${href}` });
    });
  return found;
}

/** Tokens as blocks; neighbouring ones that are only HTML become one. @param blockOf what is no HTML */
export function blocksOf(
  tokens: readonly Placed[],
  blockOf: (placed: Placed) => Block | undefined = plainBlock,
): Block[] {
  const blocks: Block[] = [];
  let plain: Token[] = [];
  const flush = () => {
    const html = marked.parser(plain).trim();
    if (html) blocks.push({ kind: 'html', html });
    plain = [];
  };
  for (const placed of tokens) {
    const block = blockOf(placed);
    if (!block) plain.push(placed.token);
    else {
      flush();
      blocks.push(block);
    }
  }
  flush();
  return blocks;
}

/** Code and goals. */
export function plainBlock({ token }: Placed): Block | undefined {
  if (token.type === 'code') return codeBlock(token as Tokens.Code);
  if (token.type !== 'list' || !(token as Tokens.List).items.every((i) => i.task)) return undefined;
  return { kind: 'goals', items: itemsOf(token as Tokens.List) };
}

/** HTML of a list's items. */
export const itemsOf = (list: Tokens.List): string[] =>
  list.items.map((i) => marked.parseInline(i.text.replace(/^\[[ x]\]\s*/, ''), { async: false }));

function codeBlock(code: Tokens.Code): Block {
  const [lang, what] = (code.lang ?? '').split(/\s+/);
  const machine = /^(?:run|on)=(.+)$/.exec(what ?? '')?.[1] ?? 'node1';
  if (lang === 'key') return { kind: 'key', machine, key: code.text.trim() };
  if (what === 'run' || what?.startsWith('run=')) return { kind: 'run', machine, text: code.text };
  return { kind: 'output', text: code.text };
}
