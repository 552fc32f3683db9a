/** docker-entrypoint.sh of nginx and redis: becomes the command it is given. */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { print } from './serve.ts';

export const entrypoint: Program = {
  name: 'docker-entrypoint',
  async main(sys) {
    // A script's argv has its own path second when its interpreter is a program; here it is first.
    const argv = sys.argv.slice(1);
    const command = argv[0];
    if (command === undefined) return 0;
    const path = lookup(sys, command);
    if (path !== undefined) await sys.exec(path, argv);
    await print(sys, 2, `${sys.argv[0]}: exec: ${command}: not found\n`);
    return 127;
  },
};

/** The file of a command, looked up in $PATH. */
export function lookup(sys: Sys, command: string): string | undefined {
  if (command.includes('/')) return command;
  const path = sys.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return path
    .split(':')
    .map((dir) => `${dir}/${command}`)
    .find((file) => !isErr(sys.access(file, { exec: true })));
}

/** chown -R @param id of the user and its group */
export function giveAll(sys: Sys, path: string, id: number): void {
  sys.chown(path, id, id);
  const inside = sys.readdir(path);
  if (!isErr(inside)) for (const { name } of inside) giveAll(sys, `${path}/${name}`, id);
}

/** docker-entrypoint.sh of the official redis image: options alone mean the server, which runs as a user of its own. */
export const redisEntrypoint: Program = {
  name: 'redis-entrypoint',
  async main(sys) {
    const argv = sys.argv.slice(1);
    const [first = ''] = argv;
    if (first.startsWith('-') || first.endsWith('.conf')) argv.unshift('redis-server');
    const path = lookup(sys, argv[0] ?? '');
    if (path !== undefined) {
      if (argv[0] === 'redis-server') {
        giveAll(sys, '.', 999);
        sys.setgid(999);
        sys.setuid(999);
      }
      await sys.exec(path, argv);
    }
    await print(sys, 2, `${sys.argv[0]}: exec: ${first}: not found\n`);
    return 127;
  },
};
