/** training/postgres's server: it listens on 5432 and hangs up on whoever calls. */
import { MS } from '../../../base/clock.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { listenTcp, print } from './serve.ts';

export const postgres: Program = {
  name: 'postgres',
  async main(sys) {
    sys.setTitle(['python3', ...sys.argv]);
    await sys.cpu(80 * MS);
    const listener = listenTcp(sys, 5432, 5);
    if (isErr(listener)) {
      await print(sys, 2, `OSError: [Errno ${listener.code}] ${listener.text}\n`);
      return 1;
    }
    await print(sys, 1, 'LOG:  database system is ready to accept connections\n');
    for (;;) {
      const got = await sys.accept(listener);
      if (!isErr(got)) sys.close(got.fd);
    }
  },
};
