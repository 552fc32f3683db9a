/**
 * Python, as far as the images need it: it runs the scripts the images bring along, found by their text.
 *
 * Limits: no interpreter. A script with other text is refused with a message that says so.
 */
import { text } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { WEBAPP_SOURCE } from '../scripts.ts';
import { print } from './serve.ts';
import { webapp } from './webapp.ts';

const SCRIPTS = new Map<string, (sys: Sys) => Promise<number>>([[WEBAPP_SOURCE, webapp]]);

export const python: Program = {
  name: 'python',
  async main(sys) {
    const args = sys.argv.slice(1).filter((a) => a !== '-u');
    const file = args[0];
    if (file === '--version' || file === '-V') {
      await print(sys, 1, 'Python 3.14.8\n');
      return 0;
    }
    if (file === undefined || file.startsWith('-')) {
      await print(sys, 2, 'python: this lab has no interpreter, it runs the scripts of its images only\n');
      return 2;
    }
    const source = sys.readFile(file);
    if (isErr(source)) {
      await print(
        sys,
        2,
        `${sys.argv[0]}: can't open file '${absolute(sys, file)}': [Errno ${source.code}] ${source.text}\n`,
      );
      return 2;
    }
    const main = SCRIPTS.get(text(source));
    if (main) return main(sys);
    await print(sys, 2, `python: ${file}: this lab has no interpreter, it runs the scripts of its images only\n`);
    return 2;
  },
};

const absolute = (sys: Sys, file: string): string =>
  file.startsWith('/') ? file : `${sys.cwd().replace(/\/$/, '')}/${file}`;
