/** `docker` itself: its flags and its help page. */
import { commandTable, flagUsages } from './help.ts';
import { flag } from './spec.ts';
import { COMMANDS, GROUPS, isHidden, type Ping, shortOf } from './tree.ts';

export const GLOBAL_FLAGS = Object.freeze([
  flag('config', 'string', 'Directory of the client configuration', { default: '/root/.docker' }),
  flag(
    'context',
    'string',
    'Context that names the daemon (before DOCKER_HOST and\nthe one chosen by "docker context use")',
    { short: 'c' },
  ),
  flag('debug', 'bool', 'Debug mode', { short: 'D' }),
  flag('host', 'list', 'Socket of the daemon', { short: 'H' }),
  flag('log-level', 'string', 'Log level ("debug", "info", "warn", "error", "fatal")', { short: 'l', default: 'info' }),
  flag('tls', 'bool', 'Use TLS; --tlsverify includes it'),
  flag('tlscacert', 'string', 'Trust certificates of this CA only', { default: '/root/.docker/ca.pem' }),
  flag('tlscert', 'string', 'TLS certificate', { default: '/root/.docker/cert.pem' }),
  flag('tlskey', 'string', 'TLS key', { default: '/root/.docker/key.pem' }),
  flag('tlsverify', 'bool', 'Use TLS and verify the other side'),
  flag('version', 'bool', 'Print the version and quit', { short: 'v' }),
]);

const COMMON = 'run exec ps build bake pull push images login logout search version info'.split(' ');
const SWARM = 'config node secret service stack swarm'.split(' ');

/** `docker --help` @param ping what the engine says of itself @param plugins what they are called, and a line about each */
export function rootHelp(ping: Ping, plugins: Readonly<Record<string, string>>): string {
  const groups = GROUPS.filter((g) => g.path.length === 1 && !isHidden(g, ping)).map((g) => g.path[0] as string);
  const single = COMMANDS.filter((c) => c.path.length === 1).map((c) => c.path[0] as string);
  const row = (n: string): readonly [string, string] =>
    plugins[n] === undefined ? [n, shortOf([n])] : [`${n}*`, plugins[n]];
  const rows = (names: readonly string[]): string => commandTable(names.map(row));
  const management = [...new Set([...groups.filter((g) => !SWARM.includes(g)), ...Object.keys(plugins)])].sort();
  const rest = single.filter((c) => !COMMON.includes(c)).sort();
  return [
    'Usage:  docker [OPTIONS] COMMAND\n',
    'Containers, their images and their networks, from the command line\n',
    `Common Commands:\n${rows(COMMON.filter((c) => shortOf([c]) !== ''))}`,
    `Management Commands:\n${rows(management)}`,
    `Swarm Commands:\n${rows(SWARM.filter((g) => groups.includes(g)))}`,
    `Commands:\n${rows(rest)}`,
    `Global Options:\n${flagUsages(GLOBAL_FLAGS)}`,
    "Run 'docker COMMAND --help' for more information on a command.\n",
    'For more help on how to use Docker, head to https://docs.docker.com/go/guides/\n',
  ].join('\n');
}
