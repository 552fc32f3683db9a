/** `.dockerignore`: which files of a build context are left out. @see moby/patternmatcher (ignorefile, MatchesOrParentMatches) */

/** One line of the file. */
export interface IgnoreRule {
  readonly keep: boolean;
  readonly re: RegExp;
}

export function ignoreRules(text: string): IgnoreRule[] {
  return text
    .split('\n')
    .filter((l) => !l.startsWith('#'))
    .map((l) => l.trim())
    .filter((l) => l !== '')
    .map((l) => {
      const keep = l.startsWith('!');
      const pattern = (keep ? l.slice(1).trim() : l).replace(/^\.?\//, '').replace(/\/$/, '');
      const source = pattern
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replace(/\*\*\/?/g, '\0')
        .replace(/\*/g, '[^/]*')
        .replace(/\?/g, '[^/]')
        .replaceAll('\0', '(?:.*/)?');
      return { keep, re: new RegExp(`^${source}(?:/.*)?$`) };
    });
}

/** The last rule that fits the path, or a directory above it, decides. */
export function isIgnored(rules: readonly IgnoreRule[], path: string): boolean {
  let out = false;
  for (const r of rules) if (r.re.test(path)) out = !r.keep;
  return out;
}
