/** `.dockerignore`: which files of a build context are left out. @see moby/patternmatcher (ignorefile, MatchesOrParentMatches) */

/** One line of the file. */
export interface IgnoreRule {
  readonly keep: boolean;
  readonly re: RegExp;
}

/** Go's path.Clean of a relative pattern, without a first slash. */
function cleaned(pattern: string): string {
  const out: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(part);
  }
  return out.join('/');
}

/** A pattern as a regular expression: `**` crosses slashes, `*` and `?` do not. */
function source(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '*' && pattern[i + 1] === '*') {
      i++;
      if (pattern[i + 1] === '/') i++;
      out += i + 1 >= pattern.length ? '.*' : '(?:.*/)?';
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else if (c === '\\' && i + 1 < pattern.length) out += `\\${pattern[++i]}`;
    else out += /[.+(){}|$^\\]/.test(c) && !inClass(pattern, i) ? `\\${c}` : c;
  }
  return out;
}

/** Whether a place in a pattern is between brackets. */
const inClass = (pattern: string, at: number): boolean =>
  pattern.lastIndexOf('[', at) > pattern.lastIndexOf(']', at - 1) && pattern.indexOf(']', at) > 0;

export function ignoreRules(text: string): IgnoreRule[] {
  const out: IgnoreRule[] = [];
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    const trimmed = line.trim();
    if (line.startsWith('#') || trimmed === '') continue;
    const keep = trimmed.startsWith('!');
    const pattern = cleaned(keep ? trimmed.slice(1).trim() : trimmed);
    if (pattern === '') continue;
    try {
      out.push({ keep, re: new RegExp(`^${source(pattern)}(?:/.*)?$`, 's') });
    } catch {
      // a malformed pattern fits nothing
    }
  }
  return out;
}

/** The last rule that fits the path, or a directory above it, decides. */
export function isIgnored(rules: readonly IgnoreRule[], path: string): boolean {
  let out = false;
  for (const r of rules) if (r.re.test(path)) out = !r.keep;
  return out;
}
