/** Arguments of instructions: each has its own way of writing them. @see moby/buildkit frontend/dockerfile/parser/line_parsers.go */
import { BuildFault } from './fault.ts';

/** Arguments, and whether they came as a JSON list. */
export interface Args {
  readonly args: readonly string[];
  readonly json?: boolean;
}

const BLANKS = /[\t\v\f\r ]+/;
const NOT_STRINGS = 'when using JSON array syntax, arrays must be comprised of strings only';

/** Words that may be quoted; quotes and escapes stay. */
function quotedWords(rest: string, escapeChar: string): string[] {
  const out: string[] = [];
  let word = '';
  let isWord = false;
  let quote = '';
  const chars = [...rest];
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] as string;
    if (quote === '' && /\s/.test(c)) {
      if (isWord) out.push(word);
      word = '';
      isWord = false;
      continue;
    }
    const opens = quote === '' && (c === "'" || c === '"');
    const closes = quote !== '' && c === quote;
    if (c === escapeChar && quote !== "'") {
      const next = chars[++i];
      if (next === undefined) break;
      word += c + next;
    } else word += c;
    isWord = true;
    if (opens) quote = c;
    else if (closes) quote = '';
  }
  if (isWord && word !== '') out.push(word);
  return out;
}

const listed = (rest: string): Args => ({ args: rest === '' ? [] : rest.split(BLANKS) });

/** The strings of a JSON list; undefined when it is none. @throws BuildFault when it holds something else */
function jsonList(rest: string): readonly string[] | undefined {
  if (!rest.trimStart().startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(rest);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (!value.every((x) => typeof x === 'string')) throw new BuildFault(NOT_STRINGS);
  return value as string[];
}

function maybeJson(rest: string): Args {
  const list = rest === '' ? undefined : jsonList(rest);
  if (list) return { args: list, json: true };
  return { args: rest === '' ? [] : [rest] };
}

function maybeJsonList(rest: string): Args {
  const list = jsonList(rest);
  return list ? { args: list, json: true } : listed(rest);
}

/** `a=b c=d`, or `a all of it`, as triples of name, value and `=`. */
function pairs(rest: string, key: string, escapeChar: string): Args {
  const words = quotedWords(rest, escapeChar);
  if (words.length === 0) return { args: [] };
  if (!(words[0] as string).includes('=')) {
    const m = /^([^\t\v\f\r ]*)[\t\v\f\r ]+(.*)$/s.exec(rest);
    if (!m) throw new BuildFault(`${key} must have two arguments`);
    return { args: [m[1] as string, m[2] as string, ''] };
  }
  return {
    args: words.flatMap((w) => {
      const eq = w.indexOf('=');
      if (eq < 0)
        throw new BuildFault(`Syntax error - can't find = in ${JSON.stringify(w)}. Must be of the form: name=value`);
      return [w.slice(0, eq), w.slice(eq + 1), '='];
    }),
  };
}

function health(rest: string): Args {
  const m = /^(\S+)\s*(.*)$/s.exec(rest);
  if (!m) return { args: [] };
  const command = maybeJson(m[2] as string);
  return { args: [m[1] as string, ...command.args], json: command.json };
}

const whole = (rest: string): Args => ({ args: rest === '' ? [] : [rest] });

/** Instructions, and how their arguments are read. ONBUILD is the parser's own. */
export const LINES: Readonly<Record<string, (rest: string, escapeChar: string) => Args>> = {
  ADD: maybeJsonList,
  ARG: (rest, escapeChar) => ({ args: quotedWords(rest, escapeChar) }),
  CMD: maybeJson,
  COPY: maybeJsonList,
  ENTRYPOINT: maybeJson,
  ENV: (rest, escapeChar) => pairs(rest, 'ENV', escapeChar),
  EXPOSE: listed,
  FROM: listed,
  HEALTHCHECK: health,
  LABEL: (rest, escapeChar) => pairs(rest, 'LABEL', escapeChar),
  MAINTAINER: whole,
  RUN: maybeJson,
  SHELL: maybeJson,
  STOPSIGNAL: whole,
  USER: whole,
  VOLUME: maybeJsonList,
  WORKDIR: whole,
};

/** Leading `--flags` of an instruction's text, and what follows them. @see parser/split_command.go: extractBuilderFlags */
export function splitFlags(text: string): { readonly flags: string[]; readonly rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) };
    let word = '';
    let quote = '';
    for (; at < text.length; at++) {
      const c = text[at] as string;
      if (quote === '' && /\s/.test(c)) break;
      if (quote === '' && (c === "'" || c === '"')) quote = c;
      else if (c === quote) quote = '';
      else if (c === '\\' && at + 1 < text.length) word += text[++at];
      else word += c;
    }
    if (word === '--') return { flags, rest: text.slice(at).trimStart() };
    flags.push(word);
  }
}
