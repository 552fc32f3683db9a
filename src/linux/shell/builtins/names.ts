/** Assigning to names that come as text, `x` or `a[1]`: `read`, `printf -v`, `export x=1`. */

import { assignScalar } from '../execute/assign.ts';
import { subscript } from '../expand/parameter.ts';
import { wordOf } from '../expand/word.ts';
import type { Shell } from '../shell.ts';

export const NAME = /^[A-Za-z_]\w*$/;

/** Assigns; false when the text is no name. */
export async function assignName(sh: Shell, target: string, value: string): Promise<boolean> {
  const m = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/.exec(target);
  if (!m) return false;
  const name = m[1] as string;
  if (m[2] === undefined) {
    await assignScalar(sh, name, value, false);
    return true;
  }
  const key = sh.vars.lookup(name)?.assoc ? m[2] : await subscript(sh, name, wordOf(m[2]));
  if (sh.vars.setItem(name, key, value) === 'readonly') return sh.fail(`${name}: readonly variable`);
  return true;
}
