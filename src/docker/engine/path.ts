/** Paths as texts. */

/** path.Clean of an absolute path: `/a//b/../c/` → `/a/c`. */
export function clean(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}
