/** "(did you mean …?)": the nearest of some names, no further than two edits. @see moby/buildkit util/suggest/error.go */

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
}

/** @returns '' when nothing is near, or a name is the word itself */
export function nearest(word: string, names: Iterable<string>, isCased: boolean): string {
  const fold = (s: string): string => (isCased ? s : s.toLowerCase());
  let best = 3;
  let out = '';
  for (const name of names) {
    if (fold(name) === fold(word)) return '';
    const d = distance(fold(word), fold(name));
    if (d < best) {
      best = d;
      out = name;
    }
  }
  return out;
}

/** What is added to a message about a word. */
export function suggestion(word: string, names: Iterable<string>, isCased: boolean): string {
  const found = nearest(word, names, isCased);
  return found === '' ? '' : ` (did you mean ${found}?)`;
}
