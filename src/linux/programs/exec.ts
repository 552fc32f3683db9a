/** Finding and running other programs: what execvp(3) and a waiting parent do. */
import { EACCES, ENOENT, type Errno, isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { SpawnOptions, Sys } from '../kernel/sys.ts';

/** The search path of execvp when $PATH is not set. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The path of a program: itself when it has a slash, else looked up in $PATH. @see execvp(3) */
export function findProgram(sys: Sys, name: string, path = sys.env.PATH ?? DEFAULT_PATH): string | Errno {
  if (name === '') return ENOENT;
  if (name.includes('/')) return name;
  let denied = false;
  for (const dir of path.split(':')) {
    const candidate = `${dir === '' ? '.' : dir}/${name}`;
    const st = sys.stat(candidate);
    if (isErr(st) || st.kind === 'dir') continue;
    if (sys.access(candidate, { exec: true }) === 0) return candidate;
    denied = true;
  }
  return denied ? EACCES : ENOENT;
}

/**
 * Runs a program in the caller's place: waits for it, gives its exit code (128 + signal when a signal ended it).
 * Keyboard signals go to the child, which is in the same process group; this process ignores them meanwhile.
 */
export async function runChild(sys: Sys, path: string, options: SpawnOptions): Promise<number | Errno> {
  const pid = sys.spawn(path, options);
  if (isErr(pid)) return pid;
  const before = [SIGNALS.SIGINT, SIGNALS.SIGQUIT].map((s) => [s, sys.sigaction(s, 'ignore')] as const);
  const forward = (s: number): void => {
    sys.kill(pid, s);
  };
  const term = sys.sigaction(SIGNALS.SIGTERM, forward);
  try {
    for (;;) {
      const w = await sys.wait(pid);
      if (isErr(w)) {
        if (w.name === 'EINTR') continue;
        return w;
      }
      if (w !== 0 && w.state === 'exited') return w.code;
      if (w !== 0 && w.state === 'signaled') return 128 + w.signal;
    }
  } finally {
    for (const [s, action] of before) sys.sigaction(s, action);
    sys.sigaction(SIGNALS.SIGTERM, term);
  }
}
