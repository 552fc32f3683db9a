/**
 * Dockerfiles: from text to instructions.
 * @see moby/buildkit frontend/dockerfile/parser
 *
 * Limits: no here-documents.
 */
import { Failure } from '../../errdefs.ts';

export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** `--from=builder` → from: builder */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows name and flags, lines joined. */
  readonly rest: string;
  /** The instruction as it is printed: one line, blanks as they were. */
  readonly original: string;
  readonly line: number;
}

const KNOWN = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  /** The character that escapes: `\`, or the one of `# escape=`. */
  readonly escapeChar: string;
}

const error = (line: number, what: string): Failure =>
  new Failure('invalid', `dockerfile parse error on line ${line}: ${what}`);

/** @returns a failure that names the first line at fault */
export function parseDockerfile(text: string): Dockerfile | Failure {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const escapeChar = directive(lines);
  const out: Instruction[] = [];
  for (let i = 0; i < lines.length; i++) {
    const first = (lines[i] as string).trim();
    if (first === '' || first.startsWith('#')) continue;
    const start = i + 1;
    let joined = '';
    for (let current = lines[i]; current !== undefined; current = lines[++i]) {
      const comment = joined !== '' && current.trim().startsWith('#');
      if (comment || (joined !== '' && current.trim() === '')) continue;
      const trimmed = joined === '' ? current.trimStart() : current;
      if (!trimmed.trimEnd().endsWith(escapeChar)) {
        joined += trimmed.trimEnd();
        break;
      }
      joined += trimmed.trimEnd().slice(0, -1);
    }
    const made = parseInstruction(joined, start);
    if (made instanceof Failure) return made;
    const fault = wrongForm(made);
    if (fault !== undefined) return error(start, fault);
    out.push(made);
  }
  return out.length > 0 ? { instructions: out, escapeChar } : new Failure('invalid', 'file with no instructions');
}

/** The escapeChar that a directive at the top sets. */
function directive(lines: readonly string[]): string {
  for (const line of lines) {
    const m = /^#\s*([a-zA-Z]\w*)\s*=\s*(\S+)\s*$/.exec(line.trim());
    if (!m) return '\\';
    if (m[1]?.toLowerCase() === 'escape') return m[2] as string;
  }
  return '\\';
}

/** One instruction on one line; also what follows ONBUILD. */
export function parseInstruction(text: string, line: number): Instruction | Failure {
  const [, word = '', after = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const name = word.toUpperCase();
  if (!KNOWN.has(name)) return error(line, `unknown instruction: ${word}`);
  const flags: Record<string, string> = {};
  let rest = after;
  for (let m = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest); m; m = /^--([\w-]+)(?:=(\S*))?\s*/.exec(rest)) {
    flags[m[1] as string] = m[2] ?? 'true';
    rest = rest.slice(m[0].length);
  }
  if (rest === '') {
    const least =
      name === 'ADD' || name === 'COPY'
        ? 'at least two arguments, but only one was provided. Destination could not be determined'
        : 'at least one argument';
    const exactly = ['FROM', 'WORKDIR', 'USER', 'STOPSIGNAL', 'MAINTAINER'].includes(name);
    if (name === 'FROM') return error(line, 'FROM requires either one or three arguments');
    return error(line, `${name} requires ${exactly ? 'exactly one argument' : least}`);
  }
  return { name, flags, rest, original: text, line };
}

/** Flags that instructions take. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  ADD: ['checksum', 'chmod', 'chown', 'exclude', 'keep-git-dir', 'link'],
  COPY: ['chmod', 'chown', 'exclude', 'from', 'link', 'parents'],
  FROM: ['platform'],
  HEALTHCHECK: ['interval', 'retries', 'start-interval', 'start-period', 'timeout'],
  RUN: ['mount', 'network', 'security'],
};

/** What is wrong with an instruction, whatever came before it. @see moby/buildkit frontend/dockerfile/instructions/parse.go */
function wrongForm({ name, flags, rest }: Instruction): string | undefined {
  const unknown = Object.keys(flags).find((f) => !FLAGS[name]?.includes(f));
  if (unknown !== undefined) return `unknown flag: --${unknown}`;
  const plain = rest.split(/\s+/);
  const count = jsonForm(rest)?.length ?? plain.length;
  if ((name === 'COPY' || name === 'ADD') && count < 2)
    return `${name} requires at least two arguments, but only one was provided. Destination could not be determined`;
  if (name === 'FROM' && count !== 1 && !(count === 3 && plain[1]?.toUpperCase() === 'AS'))
    return 'FROM requires either one or three arguments';
  if (name !== 'HEALTHCHECK') return undefined;
  const kind = (plain[0] as string).toUpperCase();
  if (kind === 'NONE') return count === 1 ? undefined : 'HEALTHCHECK NONE takes no arguments';
  if (kind !== 'CMD') return `unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`;
  return count > 1 ? undefined : 'missing command after HEALTHCHECK CMD';
}

/** The list of a JSON form, or undefined for the shell form. */
export function jsonForm(rest: string): string[] | undefined {
  if (!rest.trim().startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(rest);
    if (Array.isArray(parsed) && parsed.every((x) => typeof x === 'string')) return parsed as string[];
  } catch {
    // the shell form
  }
  return undefined;
}
