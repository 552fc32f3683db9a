/**
 * docker-init: pid 1 of a container with `--init`. Runs one program, passes signals on to it, reaps what others leave
 * behind, and ends as the program did.
 * @see tini.c
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../linux/kernel/signal.ts';
import { lookup } from './entrypoint.ts';
import { print } from './serve.ts';

/** Signals that are its own. */
const OWN: readonly number[] = [SIGNALS.SIGKILL, SIGNALS.SIGSTOP, SIGNALS.SIGCHLD];

export const init: Program = {
  name: 'docker-init',
  async main(sys) {
    const argv = sys.argv.slice(sys.argv[1] === '--' ? 2 : 1);
    const path = argv[0] === undefined ? undefined : lookup(sys, argv[0]);
    const child = path === undefined ? undefined : sys.spawn(path, { argv, pgid: 0, foreground: true });
    if (child === undefined || isErr(child)) {
      await print(sys, 2, `[FATAL tini (1)] exec ${argv[0] ?? ''} failed: No such file or directory\n`);
      return 127;
    }
    for (const signal of Object.values(SIGNALS))
      if (!OWN.includes(signal)) sys.sigaction(signal, () => void sys.kill(child, signal));
    for (;;) {
      const ended = await sys.wait(-1);
      if (ended === 0) continue;
      if (isErr(ended)) {
        if (ended.name === 'EINTR') continue;
        return 1;
      }
      if (ended.pid === child) return ended.state === 'signaled' ? 128 + ended.signal : ended.code;
    }
  },
};
