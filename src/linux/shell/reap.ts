/** Collecting children that have ended, and telling of background jobs before a prompt. @see bash jobs.c: notify_of_job_status */
import { isErr } from '../kernel/errno.ts';
import { stateOf, statusOf } from './jobs.ts';
import type { Shell } from './shell.ts';

/** Notes every child that has changed, without waiting. */
export async function reap(sh: Shell): Promise<void> {
  for (;;) {
    const st = await sh.sys.wait(-1, { noHang: true, untraced: true });
    if (st === 0) return;
    if (isErr(st)) {
      if (st.name === 'EINTR') continue;
      return;
    }
    sh.jobs.update(st);
    if (st.state === 'exited' || st.state === 'signaled') sh.jobs.ended.set(st.pid, statusOf(st));
  }
}

/** Tells of jobs that ended or stopped, and forgets those that ended. */
export async function notifyJobs(sh: Shell): Promise<void> {
  // the prompt is there before what was just killed has run again
  const early = sh.killed;
  sh.killed = false;
  if (early) return;
  await reap(sh);
  for (const j of [...sh.jobs.list]) {
    const state = stateOf(j);
    if (state === 'running' || (j.notified && state === 'stopped')) continue;
    if (sh.interactive) await sh.write(2, `${state === 'stopped' ? '\n' : ''}${sh.jobs.line(j, sh.setup.flavour)}\n`);
    j.notified = true;
    if (state === 'done') sh.jobs.remove(j);
  }
}
