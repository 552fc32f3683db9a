/**
 * Files of `NAME=value` lines: quotes, escapes, variables, comments, values on several lines.
 * @see compose-spec/compose-go dotenv/{parser,env}.go
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../../cli/context.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { absolute } from './files.ts';
import { type Lookup, notSet, substitute } from './template.ts';

type Warn = (message: string) => void;
type Strings = Record<string, string>;

const isBlank = (c: string): boolean => /[\t\v\f\r \u0085\u00a0]/.test(c);
const trimLeft = (s: string): string => {
  let i = 0;
  while (i < s.length && isBlank(s[i] as string)) i++;
  return s.slice(i);
};

const ESCAPE = /\\(?:[abcfnrtv$"\\]|0\d{0,3})/g;
const PLAIN: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};

/** Escapes of double quotes; what is no escape of Go stays. */
function expandEscapes(s: string): string {
  return s.replace(ESCAPE, (all) => {
    if (all === '\\$') return '$$';
    if (all[1] === '0') return all.length === 5 ? String.fromCharCode(Number.parseInt(all.slice(2), 8) & 0xff) : all;
    return PLAIN[all[1] as string] ?? all;
  });
}

/** One file being read. */
class Reader {
  private line = 1;

  constructor(
    private rest: string,
    private readonly out: Strings,
    private readonly look: Lookup,
    private readonly warn: Warn,
  ) {}

  run(): Failure | undefined {
    for (;;) {
      this.toStatement();
      if (this.rest === '') return undefined;
      const key = this.key();
      if (failed(key)) return key;
      if (key.name.includes(' ')) return this.fault('key cannot contain a space');
      const value = key.inherited ? this.look(key.name) : this.value();
      if (failed(value)) return value;
      if (value !== undefined) this.out[key.name] = value;
    }
  }

  private fault(text: string): Failure {
    return new Failure(`line ${this.line}: ${text}`);
  }

  /** Past white space and comments. */
  private toStatement(): void {
    for (;;) {
      const at = this.rest.search(/\S/);
      const skipped = at < 0 ? this.rest : this.rest.slice(0, at);
      this.line += skipped.split('\n').length - 1;
      this.rest = at < 0 ? '' : this.rest.slice(at);
      if (!this.rest.startsWith('#')) return;
      const end = this.rest.indexOf('\n');
      this.rest = end < 0 ? '' : this.rest.slice(end);
    }
  }

  private key(): { name: string; inherited: boolean } | Failure {
    const src = /^export\s+/.test(this.rest) ? trimLeft(this.rest.slice('export'.length)) : this.rest;
    let name = '';
    let inherited = false;
    let offset = 0;
    for (const c of src) {
      if (isBlank(c) || /[\p{L}\p{N}_.[\]-]/u.test(c)) {
        name += c;
        continue;
      }
      if (c !== '=' && c !== ':' && c !== '\n')
        return this.fault(
          `unexpected character ${goQuote(c)} in variable name ${goQuote(src.split('\n', 1)[0] as string)}`,
        );
      offset = name.length + 1;
      inherited = c === '\n';
      break;
    }
    if (src === '') return new Failure('zero length string');
    if (inherited && !name.includes(' ')) this.line++;
    this.rest = trimLeft(src.slice(offset));
    // a last line without an end is read again and again by the real one; here it is a name without a value
    if (offset === 0) {
      this.rest = '';
      return { name: src.trimEnd(), inherited: true };
    }
    return { name: name.trimEnd(), inherited };
  }

  private expand(s: string): string | Failure {
    const look: Lookup = (k) => this.look(k) ?? this.out[k];
    const got = substitute(s, look, (name) => this.warn(notSet(name)));
    if ('text' in got) return got.text;
    return new Failure(got.missing ?? `Invalid template: ${goQuote(got.invalid ?? '')}`);
  }

  private value(): string | Failure {
    const quote = this.rest[0];
    if (quote === '"' || quote === "'") return this.quoted(quote);
    const end = this.rest.indexOf('\n');
    const line = end < 0 ? this.rest : this.rest.slice(0, end);
    this.rest = end < 0 ? '' : this.rest.slice(end + 1);
    this.line++;
    return this.expand((line.split(' #')[0] as string).trimEnd());
  }

  private quoted(quote: string): string | Failure {
    const src = this.rest;
    let text = '';
    let escaped = false;
    for (let i = 1; i < src.length; i++) {
      const c = src[i] as string;
      if (c === '\n') this.line++;
      if (c === quote && !escaped) {
        this.rest = src.slice(i + 1);
        return quote === '"' ? this.expand(expandEscapes(text)) : text;
      }
      if (c !== quote && c === '\\' && !escaped) {
        escaped = true;
        continue;
      }
      if (escaped && c !== quote) text += '\\';
      escaped = false;
      text += c;
    }
    return this.fault(`unterminated quoted value ${src.split('\n')[0]}`);
  }
}

/** Reads a file's text into `out`. @param look values that are known already */
export function parseDotenv(text: string, out: Strings, look: Lookup, warn: Warn): Failure | undefined {
  return new Reader(text.replace(/^\ufeff/, ''), out, look, warn).run();
}

/** All of some files, later ones first. @param current what is set before: its values fill variables in the files */
export function readDotenv(ctx: Ctx, files: readonly string[], current: Strings, warn: Warn): Strings | Failure {
  const out: Strings = {};
  for (const name of files) {
    const path = absolute(ctx, name);
    const stat = ctx.sys.stat(path);
    if (isErr(stat))
      return new Failure(
        stat.name === 'ENOENT' ? `couldn't find env file: ${path}` : `stat ${path}: ${stat.text.toLowerCase()}`,
      );
    if (stat.kind === 'dir') return new Failure(`${path} is a directory`);
    const file = ctx.file(path);
    if ('error' in file) return new Failure(file.error);
    const bad = parseDotenv(file.text, out, (k) => current[k] ?? out[k], warn);
    if (bad) return new Failure(`failed to read ${path}: ${bad.message}`);
  }
  return out;
}
