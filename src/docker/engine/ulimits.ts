/** `--ulimit` and the daemon's own: what the processes of a container are held to. @see moby daemon/oci_linux.go: WithRlimits */
import type { Limit, Limits, Resource } from '../../linux/kernel/sys.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';

interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

const NONE = -1;
const value = (n: number): number => (n === NONE ? Number.POSITIVE_INFINITY : n);
const limit = ({ Name, Soft, Hard }: Ulimit): [Resource, Limit] => [
  Name as Resource,
  { soft: value(Soft), hard: value(Hard) },
];

/** Of a container's first process and of those that exec adds; its own come before the daemon's. */
export function limitsOf(daemon: Daemon, c: Container): Partial<Limits> {
  const usual = Object.entries(daemon.config['default-ulimits']).map(([name, u]) =>
    limit({ ...u, Name: u.Name ?? name }),
  );
  const own = ((c.hostConfig.Ulimits as readonly Ulimit[] | null | undefined) ?? []).map(limit);
  return Object.fromEntries([...usual, ...own]);
}
