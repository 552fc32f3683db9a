/** Shell patterns against whole names, as fnmatch(3) without flags has them. */

/** A shell pattern as an expression. @param fold small and capital letters are the same */
export function pattern(glob: string, fold = false): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return new RegExp(`^${source}$`, fold ? 'isu' : 'su');
}
