/**
 * Pieces of an expanded word, and how they become fields: splitting at IFS, joining, patterns.
 * @see POSIX.1-2024 XCU 2.6.5; bash subst.c: list_string
 */
import { escapePattern } from './pattern.ts';

/** A run of characters of an expanded word. */
export interface Piece {
  readonly text: string;
  /** Quoted characters are not special in patterns; an empty quoted piece still makes a field. */
  readonly quoted: boolean;
  /** Result of an unquoted expansion: subject to field splitting. */
  readonly split: boolean;
}

/** Between the positional parameters of `$@`: a field ends here. */
export const BREAK = 'break';
export type Segment = Piece | typeof BREAK;
export type Field = Piece[];

export const literal = (text: string): Piece => ({ text, quoted: false, split: false });
export const quoted = (text: string): Piece => ({ text, quoted: true, split: false });
export const expanded = (text: string): Piece => ({ text, quoted: false, split: true });

/** Splits into fields. */
export function splitFields(segments: readonly Segment[], ifs: string): Field[] {
  const s = new Splitter(ifs);
  for (const x of segments) {
    if (x === BREAK) s.end();
    else if (x.split) s.split(x);
    else if (x.text !== '' || x.quoted) s.add(x);
  }
  s.end();
  return s.fields;
}

class Splitter {
  readonly fields: Field[] = [];
  #field: Field | undefined;
  /** White space just ended a field: a delimiter that follows belongs to it. */
  #afterSpace = false;

  constructor(private readonly ifs: string) {}

  add(p: Piece): void {
    if (!this.#field) this.#field = [];
    this.#field.push(p);
    this.#afterSpace = false;
  }

  end(): void {
    if (this.#field) this.fields.push(this.#field);
    this.#field = undefined;
    this.#afterSpace = false;
  }

  split(p: Piece): void {
    let run = '';
    const flush = (): void => {
      if (run !== '') this.add({ text: run, quoted: false, split: false });
      run = '';
    };
    for (const c of p.text) {
      if (!this.ifs.includes(c)) run += c;
      else {
        flush();
        this.#delimiter(c);
      }
    }
    flush();
  }

  #delimiter(c: string): void {
    const space = c === ' ' || c === '\t' || c === '\n';
    if (this.#field) {
      this.fields.push(this.#field);
      this.#field = undefined;
      this.#afterSpace = space;
    } else if (!space) {
      if (this.#afterSpace) this.#afterSpace = false;
      else this.fields.push([]);
    }
  }
}

/** The characters, quoting forgotten; parameters joined by a space. */
export function joinText(segments: readonly Segment[]): string {
  return segments.map((s) => (s === BREAK ? ' ' : s.text)).join('');
}

/** As a pattern: quoted characters escaped. */
export function joinPattern(segments: readonly Segment[]): string {
  return segments.map((s) => (s === BREAK ? ' ' : s.quoted ? escapePattern(s.text) : s.text)).join('');
}

/** Pieces of literal text with its backslashes: an escaped character is quoted. */
export function literalPieces(text: string): Piece[] {
  if (!text.includes('\\')) return [literal(text)];
  const out: Piece[] = [];
  let run = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c !== '\\' || i + 1 >= text.length) {
      run += c;
      continue;
    }
    i++;
    if (text[i] === '\n') continue;
    if (run !== '') out.push(literal(run));
    run = '';
    out.push(quoted(text[i] as string));
  }
  if (run !== '') out.push(literal(run));
  return out;
}
