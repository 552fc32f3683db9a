/** Matches of regular expressions. */
import { JqError } from './value.ts';

export interface Match {
  readonly offset: number;
  readonly length: number;
  readonly string: string;
  readonly captures: readonly {
    readonly offset: number;
    readonly length: number;
    readonly string: string | null;
    readonly name: string | null;
  }[];
}

/** @param flags jq's: g, i, x, s, n. @throws JqError */
export function matches(s: string, pattern: string, flags: string): Match[] {
  let re: RegExp;
  try {
    const source = flags.includes('x') ? pattern.replace(/\s+|#.*$/gm, '') : pattern;
    re = new RegExp(source, `gdu${flags.includes('i') ? 'i' : ''}${flags.includes('s') ? 's' : ''}`);
  } catch {
    throw new JqError(`${pattern} (at offset 0) is not a valid regex`);
  }
  const out: Match[] = [];
  for (const m of s.matchAll(re)) {
    const names = Object.keys(m.groups ?? {});
    const captures = m.slice(1).map((text, i) => ({
      offset: m.indices?.[i + 1]?.[0] ?? -1,
      length: text?.length ?? 0,
      string: text ?? null,
      name:
        names.find((n) => m.indices?.groups?.[n]?.[0] === m.indices?.[i + 1]?.[0] && m.groups?.[n] === text) ?? null,
    }));
    out.push({ offset: m.index, length: m[0].length, string: m[0], captures });
    if (!flags.includes('g')) break;
  }
  return out;
}
