/** Tasks of daemons that libnetwork starts. */
import { ProcessExit } from '../../linux/kernel/sys.ts';

/** Lets a task of a daemon run; it ends with the daemon. */
export function run(task: Promise<unknown>): void {
  task.catch((reason: unknown) => {
    if (!(reason instanceof ProcessExit)) throw reason;
  });
}
