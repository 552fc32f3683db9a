/** The options of `set -o`. @see bash builtins/set.def */
import type { Shell } from '../shell.ts';

/** Names of `set -o`, sorted. */
export const SET_OPTIONS: readonly string[] = [
  'allexport', 'braceexpand', 'emacs', 'errexit', 'errtrace', 'functrace', 'hashall', 'histexpand', 'history',
  'ignoreeof', 'interactive-comments', 'keyword', 'monitor', 'noclobber', 'noexec', 'noglob', 'nolog', 'notify',
  'nounset', 'onecmd', 'physical', 'pipefail', 'posix', 'privileged', 'verbose', 'vi', 'xtrace',
]; // biome-ignore format: names

/** Turns an option on or off. */
export function setOption(sh: Shell, name: string, on: boolean): boolean {
  if (!SET_OPTIONS.includes(name)) return false;
  if (on) sh.options.add(name);
  else sh.options.delete(name);
  if (name === 'monitor') sh.jobControl = on;
  return true;
}
