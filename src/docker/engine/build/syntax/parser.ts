/**
 * Dockerfiles: from text to instructions with their flags, arguments and here-documents.
 * @see moby/buildkit frontend/dockerfile/parser/parser.go, directives.go
 */
import { BuildFault, type Range } from './fault.ts';
import { announcedOn, type Heredoc } from './heredoc.ts';
import { LINES, splitFlags } from './lines.ts';

/** One instruction as it is written. */
export interface Node {
  /** As it is written. */
  readonly word: string;
  /** Its flags, dashes and all. */
  readonly flags: readonly string[];
  readonly args: readonly string[];
  /** The arguments came as a JSON list. */
  readonly json: boolean;
  readonly heredocs: readonly Heredoc[];
  /** The instruction on one line. */
  readonly original: string;
  readonly at: Range;
  /** Comments right above it. */
  readonly comments: readonly string[];
}

/** A Dockerfile as its instructions. */
export interface Parsed {
  readonly nodes: readonly Node[];
  readonly escapeChar: string;
  /** Instructions with an empty line inside. */
  readonly gaps: readonly Range[];
}

const HEREDOCS = new Set(['ADD', 'COPY', 'RUN']);

/** `# name=value` lines at the top. */
class Directives {
  escapeChar = '\\';
  readonly #seen = new Set<string>();
  #done = false;

  take(line: string): void {
    if (this.#done) return;
    const m = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line);
    const key = m?.[1]?.toLowerCase() ?? '';
    if (!m || !['syntax', 'escape', 'check'].includes(key)) {
      this.#done = true;
      return;
    }
    if (this.#seen.has(key)) throw new BuildFault(`only one ${key} parser directive can be used`);
    this.#seen.add(key);
    const value = m[2] as string;
    if (key !== 'escape') return;
    if (value !== '`' && value !== '\\')
      throw new BuildFault(`invalid escape token '${value}' does not match \` or \\`);
    this.escapeChar = value;
  }

  /** The line without the character that continues it; undefined when it does not continue. */
  continued(line: string): string | undefined {
    const m = /^(.*?)[ \t]*$/s.exec(line)?.[1] as string;
    if (!m.endsWith(this.escapeChar)) return undefined;
    const body = m.slice(0, -1);
    return body === '' || !body.endsWith(this.escapeChar) ? body : undefined;
  }
}

const isComment = (line: string): boolean => line.trimStart().startsWith('#');

class Parser {
  readonly nodes: Node[] = [];
  readonly gaps: Range[] = [];
  readonly directives = new Directives();
  #comments: string[] = [];
  /** Lines that were read. */
  #line = 0;

  constructor(readonly lines: readonly string[]) {}

  run(): void {
    while (this.#line < this.lines.length) {
      const raw = this.lines[this.#line] as string;
      const text = trimNewline(raw).trimStart();
      if (text.startsWith('#')) this.#comments.push(text.slice(1).trim());
      this.#directive(text);
      this.#line++;
      const line = text.startsWith('#') ? '' : text;
      if (line === '') continue;
      this.#instruction(line, this.#line);
      this.#comments = [];
    }
    if (this.nodes.length === 0)
      throw new BuildFault('file with no instructions', { start: this.#line, end: this.#line });
  }

  #directive(text: string): void {
    try {
      this.directives.take(text);
    } catch (e) {
      if (e instanceof BuildFault) e.at = [{ start: this.#line, end: this.#line }];
      throw e;
    }
  }

  /** One instruction, its continuation lines and here-documents. */
  #instruction(first: string, start: number): void {
    let joined = '';
    let isGap = false;
    let line = first;
    for (;;) {
      const more = this.directives.continued(line);
      joined += more ?? line;
      if (more === undefined) break;
      let next: string | undefined;
      while (next === undefined && this.#line < this.lines.length) {
        const text = trimNewline(this.lines[this.#line++] as string);
        if (isComment(text)) continue;
        if (text.trim() === '') isGap = true;
        else next = text;
      }
      if (next === undefined) break;
      line = next;
    }
    const at = (): Range => ({ start, end: this.#line });
    if (isGap) this.gaps.push(at());
    try {
      const node = nodeOf(joined, this.directives.escapeChar, at(), this.#comments);
      const heredocs = canHold(node) ? announcedOn(joined).map((h) => this.#content(h)) : [];
      this.nodes.push({ ...node, heredocs, at: at() });
    } catch (e) {
      if (e instanceof BuildFault) e.at ??= [at()];
      throw e;
    }
  }

  #content(h: Heredoc): Heredoc {
    let content = '';
    while (this.#line < this.lines.length) {
      const raw = this.lines[this.#line++] as string;
      const text = trimNewline(raw);
      if ((h.chomp ? text.replace(/^\t+/, '') : text) === h.name) return { ...h, content };
      content += raw;
    }
    throw new BuildFault('unterminated heredoc');
  }
}

const trimNewline = (line: string): string => line.replace(/[\r\n]+$/, '');

function canHold(node: Node): boolean {
  let { word, json } = node;
  if (word.toUpperCase() === 'ONBUILD') {
    word = node.args[0] ?? '';
    json = node.json;
  }
  return HEREDOCS.has(word.toUpperCase()) && !json;
}

/** One instruction on one line; what follows ONBUILD is an instruction too. */
function nodeOf(line: string, escapeChar: string, at: Range, comments: readonly string[]): Node {
  const m = /^(\S+)(.*)$/s.exec(line.trim());
  const word = m?.[1] ?? '';
  const { flags, rest: after } = splitFlags(m?.[2] ?? '');
  const rest = after.trim();
  const base = { word, flags, original: line, at, comments: [...comments], heredocs: [] };
  const name = word.toUpperCase();
  if (name === 'ONBUILD') {
    if (rest === '') return { ...base, args: [], json: false };
    const inner = nodeOf(rest, escapeChar, at, []);
    return { ...base, args: [inner.word, ...inner.args], json: inner.json };
  }
  const { args, json = false } = LINES[name]?.(rest, escapeChar) ?? { args: [] };
  return { ...base, args, json };
}

/** @throws BuildFault with the lines at fault */
export function parse(text: string): Parsed {
  const lines = text.replace(/^\uFEFF/, '').split(/(?<=\n)/);
  const parser = new Parser(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
  parser.run();
  return { nodes: parser.nodes, escapeChar: parser.directives.escapeChar, gaps: parser.gaps };
}

/** The value of a directive at the top, also one in a script's comment after a shebang; '' when there is none. @see directives.go: ParseDirective */
export function directive(key: string, text: string): { readonly value: string; readonly line: number } {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  let from = 0;
  if (lines[0]?.startsWith('#!')) from = 1;
  for (let n = from; n < lines.length; n++) {
    const m = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec((lines[n] as string).trim());
    if (!m) break;
    if (m[1]?.toLowerCase() === key) return { value: m[2] as string, line: n + 1 };
  }
  return { value: '', line: 0 };
}
