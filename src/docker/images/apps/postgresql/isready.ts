/** pg_isready: whether a server takes connections. @see PostgreSQL src/bin/scripts/pg_isready.c */
import type { Program } from '../../../../linux/kernel/machine.ts';
import { print } from '../serve.ts';
import { Connection, type Target, targetOf } from './connect.ts';
import { VERSION } from './version.ts';

const TEXTS = ['accepting connections', 'rejecting connections', 'no response', 'no attempt'];

export const isReady: Program = {
  name: 'pg_isready',
  async main(sys) {
    const given: Partial<Target> = { timeout: 3e9 };
    let quiet = false;
    const args = sys.argv
      .slice(1)
      .flatMap((a) => (/^--\w+=/.test(a) ? [a.slice(0, a.indexOf('=')), a.slice(a.indexOf('=') + 1)] : [a]));
    for (let a = args.shift(); a !== undefined; a = args.shift()) {
      if (a === '-q' || a === '--quiet') quiet = true;
      else if (a === '-V' || a === '--version')
        return print(sys, 1, `pg_isready (PostgreSQL) ${VERSION}\n`).then(() => 0);
      else if (/^-[hpUdt]/.test(a) || /^--(host|port|username|dbname|timeout)$/.test(a)) {
        const key = a.startsWith('--')
          ? ({ host: 'h', port: 'p', username: 'U', dbname: 'd', timeout: 't' }[a.slice(2)] as string)
          : (a[1] as string);
        const value = a.startsWith('--') || a.length === 2 ? (args.shift() ?? '') : a.slice(2);
        if (key === 'h') given.host = value;
        if (key === 'p') given.port = Number(value);
        if (key === 'U') given.user = value;
        if (key === 'd') given.database = value;
        if (key === 't') given.timeout = Number(value) * 1e9;
      } else {
        await print(
          sys,
          2,
          `pg_isready: error: too many command-line arguments (first is "${a}")\npg_isready: hint: Try "pg_isready --help" for more information.\n`,
        );
        return 3;
      }
    }
    const target = targetOf(sys, given);
    const c = await Connection.dial(sys, target);
    let code = 2;
    if (c instanceof Connection) {
      const why = await c.login();
      code = !why || why.wantsPassword || why.answered ? 0 : 2;
      if (why?.answered?.code === '57P03') code = 1;
      c.close();
    }
    if (!quiet) await print(sys, 1, `${target.host}:${target.port} - ${TEXTS[code]}\n`);
    return code;
  },
};
