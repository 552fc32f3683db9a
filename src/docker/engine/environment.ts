/**
 * The environment of a container's processes.
 * @see moby container/container.go: CreateDaemonEnvironment, ReplaceOrAppendEnvValues
 */
import type { Container } from './container.ts';

export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Environment = Readonly<Record<string, string>>;

/** `NAME=value` takes the place of an entry of that name or comes last; `NAME` alone takes it out. */
export function override(env: Environment, entries: readonly string[]): Environment {
  const out = { ...env };
  for (const entry of entries) {
    const eq = entry.indexOf('=');
    if (eq > 0) out[entry.slice(0, eq)] = entry.slice(eq + 1);
    else delete out[entry];
  }
  return out;
}

/** The engine's own entries, those of links, and what image and user say. @param tty the process has a terminal */
export function daemonEnvironment(c: Container, tty: boolean, linked: readonly string[]): Environment {
  const base = [PATH, `HOSTNAME=${c.config.Hostname}`, ...(tty ? ['TERM=xterm'] : []), ...linked];
  return override(override({}, base), c.config.Env ?? []);
}

/** runc adds the user's home unless one is given. */
export const withHome = (env: Environment, home: string): Record<string, string> => ({
  ...env,
  ...(env.HOME ? {} : { HOME: home }),
});
