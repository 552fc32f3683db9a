/** Tasks of daemons that libnetwork starts. */
import { ProcessExit } from '../../linux/kernel/sys.ts';

/** Does what only a daemon that lives can do; one that has ended needs it no more. */
export function whileAlive(step: () => unknown): void {
  try {
    step();
  } catch (reason) {
    if (!(reason instanceof ProcessExit)) throw reason;
  }
}

/** Lets a task of a daemon run; it ends with the daemon. */
export function run(task: Promise<unknown>): void {
  task.catch((reason: unknown) => {
    if (!(reason instanceof ProcessExit)) throw reason;
  });
}
