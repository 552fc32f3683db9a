/** Backslash escapes of one letter that C, the shell, awk, tr and Python share. @see ISO C §6.4.4.4 */

/** By the letter behind the backslash. */
export const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
