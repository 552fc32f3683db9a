/**
 * `su [-] [USER] [-c COMMAND]`: runs a shell for a user of /etc/passwd and waits for it.
 *
 * Limits: no passwords (root asks for none); the child keeps the caller's user id.
 * @see util-linux su(1)
 */
import { text } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { print } from './serve.ts';

export const su: Program = {
  name: 'su',
  async main(sys) {
    let user = 'root';
    let command: string | undefined;
    const args = sys.argv.slice(1);
    for (let a = args.shift(); a !== undefined; a = args.shift()) {
      if (a === '-c') command = args.shift();
      else if (a !== '-' && a !== '-l') user = a;
    }
    const passwd = sys.readFile('/etc/passwd');
    const row = isErr(passwd)
      ? undefined
      : text(passwd)
          .split('\n')
          .map((l) => l.split(':'))
          .find((r) => r[0] === user);
    if (!row) {
      await print(
        sys,
        2,
        `su: user ${user} does not exist or the user entry does not contain all the required fields\n`,
      );
      return 1;
    }
    const shell = row[6] || '/bin/sh';
    const env = { ...sys.env, HOME: row[5] || '/', SHELL: shell, USER: user, LOGNAME: user };
    const argv = [shell.slice(shell.lastIndexOf('/') + 1), ...(command === undefined ? [] : ['-c', command])];
    const pid = sys.spawn(shell, { argv, env });
    if (isErr(pid)) {
      await print(sys, 2, `su: failed to execute ${shell}: ${pid.text}\n`);
      return pid.name === 'ENOENT' ? 127 : 126;
    }
    for (;;) {
      const status = await sys.wait(pid);
      if (status === 0 || (isErr(status) && status.name === 'EINTR')) continue;
      if (isErr(status)) return 1;
      return status.state === 'signaled' ? 128 + status.signal : status.code;
    }
  },
};
