/** Patterns of paths: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` are classes, a backslash takes the next as it is. @see Go path: Match */

/** @returns false for a malformed pattern too */
export function pathMatch(pattern: string, path: string): boolean {
  const source = pattern.replace(/\\(.)|[.+^${}()|\\]|\*|\?|\[\^?(?:\\.|[^\]\\])+\]/g, (part, taken) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.startsWith('[')) return part;
    const plain: string = taken ?? part;
    return /\w/.test(plain) ? plain : `\\${plain}`;
  });
  try {
    return new RegExp(`^${source}$`, 's').test(path);
  } catch {
    return false;
  }
}
