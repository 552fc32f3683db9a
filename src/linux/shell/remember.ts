/** A command as the history keeps it: its lines joined, unless HISTIGNORE leaves it out. @see bash bashhist.c: bash_add_history */
import { matches } from './expand/pattern.ts';
import type { Shell } from './shell.ts';

/** The text that is kept; undefined for none. */
export function historyText(sh: Shell, text: string): string | undefined {
  const out = text.includes('\n') ? joined(sh, text.split('\n')) : text;
  const last = sh.history.lines.at(-1) ?? '';
  for (const p of (sh.vars.get('HISTIGNORE') ?? '').split(':'))
    if (
      p !== '' &&
      matches(
        p.replace(/\\?&/g, (x) => (x === '&' ? last : '&')),
        out,
        { extglob: true },
      )
    )
      return undefined;
  return out;
}

function joined(sh: Shell, lines: readonly string[]): string {
  let out = lines[0] as string;
  let here = false;
  for (const l of lines.slice(1)) {
    here ||= /(?:^|[^<])<<(?!<)/.test(out);
    const glue = here ? '\n' : between(sh, out);
    if (glue === '' && out.endsWith('\\')) out = out.slice(0, -1);
    out += glue + (glue.endsWith('\n') || glue === '' ? l : l.trimStart());
  }
  return here ? `${out}\n` : out;
}

/** What stands between a line and the next. */
function between(sh: Shell, before: string): string {
  if (sh.shopt.has('lithist')) return '\n';
  const last = before.slice(before.lastIndexOf('\n') + 1);
  if (open(before) || /(?:^|\s)#/.test(last)) return '\n';
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(before)) return '';
  if (/\b[A-Za-z_]\w*\+?=\([^)]*$/.test(last)) return ' ';
  return /(?:\b(?:do|then|else|in)|[{(;&|])\s*$/.test(before) ? ' ' : '; ';
}

/** Does a quote stay open? */
function open(text: string): boolean {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '\\' && quote !== "'") i++;
    else if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === "'" || c === '"' || c === '`') quote = c;
  }
  return quote !== '';
}
