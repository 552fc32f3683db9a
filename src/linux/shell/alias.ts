/**
 * Alias expansion on the text of a command before it is parsed.
 * Limits: the first word of each simple command as a light scan finds it; not inside `$(…)` or here-documents.
 * @see bash parse.y: alias_expand_token
 */
import type { Shell } from './shell.ts';

const OPENERS = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', '{', 'time']);

/** The text with its aliases replaced. */
export function expandAliases(sh: Shell, text: string): string {
  return scan(sh, text, new Set());
}

function scan(sh: Shell, text: string, busy: ReadonlySet<string>): string {
  let out = '';
  let first = true;
  for (let i = 0; i < text.length; ) {
    const rest = text.slice(i);
    const here = /^<<-?\s*['"\\]?\w/.exec(rest);
    if (here) return out + rest;
    const sep = /^(?:&&|\|\||\|&|;;|[;&|\n(])/.exec(rest);
    if (sep) {
      out += sep[0];
      i += sep[0].length;
      first = true;
      continue;
    }
    const space = /^[ \t)]+|^#[^\n]*/.exec(rest);
    if (space) {
      out += space[0];
      i += space[0].length;
      continue;
    }
    const word = (/^(?:\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\((?:[^()]|\([^()]*\))*\)|[^\s;&|()'"\\])+/.exec(
      rest,
    ) ?? [rest[0] as string])[0];
    i += word.length;
    const value = first && !busy.has(word) ? sh.aliases.get(word) : undefined;
    if (value !== undefined) {
      out += scan(sh, value, new Set([...busy, word]));
      first = /[ \t]$/.test(value);
    } else {
      out += word;
      first = first && (OPENERS.has(word) || /^[A-Za-z_]\w*=/.test(word));
    }
  }
  return out;
}
