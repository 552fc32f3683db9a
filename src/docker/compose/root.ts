/** `docker compose` itself: its flags and its help page. @see docker/compose cmd/compose/compose.go: RootCommand */
import { commandTable, flagUsages } from '../cli/help.ts';
import { flag } from '../cli/spec.ts';
import { type ComposeCommand, DRY_RUN } from './spec.ts';

const OLD_DIRECTORY = 'Old name of --project-directory';

/** Flags before the command. */
export const ROOT_FLAGS = Object.freeze([
  flag('all-resources', 'bool', 'Take networks and volumes too that no service uses'),
  flag('ansi', 'string', 'When to send control characters ("never"|"always"|"auto")', { default: 'auto' }),
  flag('compatibility', 'bool', 'Name things as compose v1 did'),
  DRY_RUN,
  flag('env-file', 'stringArray', 'File of variables, in place of .env'),
  flag('file', 'stringArray', 'Compose file; later ones go over earlier ones', { short: 'f' }),
  flag('parallel', 'int', 'How much is done at a time; -1 is no limit', { default: '-1' }),
  flag('profile', 'stringArray', 'Turn a profile on'),
  flag('progress', 'string', 'How progress is shown (auto, tty, plain, json, quiet)'),
  flag('project-directory', 'string', 'Directory that relative paths start from\n(that of the first file otherwise)'),
  flag('project-name', 'string', 'Name of the project', { short: 'p' }),
  flag('insecure-registry', 'stringArray', 'Registry without TLS', { hidden: true }),
  flag('no-ansi', 'bool', 'No control characters', { hidden: true }),
  flag('verbose', 'bool', 'Say more', { hidden: true }),
  flag('version', 'bool', 'Print the version', { short: 'v', hidden: true }),
  flag('workdir', 'string', OLD_DIRECTORY, { hidden: true }),
]);

/** `docker compose --help` */
export function rootHelp(commands: readonly ComposeCommand[]): string {
  const rows = commands
    .filter((c) => !c.hidden && c.name !== 'bridge')
    .map((c) => [c.name, c.short] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    'Usage:  docker compose [OPTIONS] COMMAND\n',
    'Applications of several containers, described in a file\n',
    `Options:\n${flagUsages(ROOT_FLAGS)}`,
    `Management Commands:\n${commandTable([['bridge', 'Turn compose files into another model']])}`,
    `Commands:\n${commandTable(rows)}`,
    "Run 'docker compose COMMAND --help' for more information on a command.\n",
  ].join('\n');
}
