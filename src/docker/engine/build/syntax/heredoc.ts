/** Here-documents of RUN, COPY and ADD. @see moby/buildkit frontend/dockerfile/parser/parser.go: heredocFromMatch */
import { BuildFault } from './fault.ts';
import { lex } from './shell.ts';

/** A here-document: how it is announced, and what stands in it. */
export interface Heredoc {
  readonly name: string;
  readonly fd: number;
  /** Its variables are expanded: no part of the delimiter is quoted. */
  readonly expand: boolean;
  /** `<<-`: tabs at the beginnings of lines go. */
  readonly chomp: boolean;
  readonly content: string;
}

const quotes = (s: string): number => s.replace(/[^'"]/g, '').length;
const NONE = new Map<string, string>();

/** What a word like `3<<-"EOF"` announces; its content comes later. */
export function announced(word: string): Heredoc | undefined {
  const m = /^(\d*)<<(-?)([^<]*)$/.exec(word);
  const rest = m?.[3] ?? '';
  if (!m || rest === '') return undefined;
  const plain = lex(rest, NONE, { keepUnset: true }).words;
  if (plain.length !== 1) return undefined;
  const raw = lex(rest, NONE, { keepUnset: true, rawQuotes: true }).words;
  if (raw.length !== 1) throw new BuildFault(`internal lexing of heredoc produced inconsistent results: ${rest}`);
  const name = plain[0] as string;
  return {
    name,
    fd: Number(m[1] || '0'),
    chomp: m[2] === '-',
    expand: quotes(name) === quotes(raw[0] as string),
    content: '',
  };
}

/** The same, for a word that cannot be wrong here. */
export function maybeAnnounced(word: string): Heredoc | undefined {
  try {
    return announced(word);
  } catch {
    return undefined;
  }
}

/** All that a line announces, in order. */
export function announcedOn(line: string): Heredoc[] {
  let words: readonly string[] = [];
  try {
    words = lex(line, NONE, { keepUnset: true, rawQuotes: true, rawEscapes: true }).words;
  } catch {
    return [];
  }
  return words.flatMap((w) => announced(w) ?? []);
}

const chomped = (content: string): string => content.replace(/^\t+/gm, '');

/** What is in it, without those tabs when it asks for that. */
export const contentOf = (h: Heredoc): string => (h.chomp ? chomped(h.content) : h.content);

/** Its first line, as a step's name shows it. */
export function summary(content: string): string {
  const lines = content.trim().replaceAll('\r\n', '\n').split('\n');
  return `${lines[0]}${lines.length > 1 ? '...' : ''}`;
}
