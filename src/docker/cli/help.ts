/**
 * Help and usage errors, made from the spec tables.
 * @see docker/cli cli/cobra.go: usageTemplate, helpTemplate; cli/required.go; spf13/pflag flag.go: FlagUsagesWrapped
 */
import { Failure } from './failure.ts';
import type { Arity, CommandSpec, FlagSpec, FlagType, GroupSpec } from './spec.ts';

const WIDTH = 80;

/** Help text of one type's default when it is worth showing. */
function shownDefault(spec: FlagSpec): string {
  if (spec.default === undefined) return spec.type === 'map' ? ' (default map[])' : '';
  const quoted: FlagType[] = ['string'];
  return ` (default ${quoted.includes(spec.type) ? `"${spec.default}"` : spec.default})`;
}

/** pflag's wrapN: breaks at the last blank before `width`, a little later when little is left. */
function wrap(indent: number, s: string, width = WIDTH): string {
  let room = width - indent;
  if (room < 24) return s.replaceAll('\n', `\n${' '.repeat(16)}`);
  room -= 0;
  const slop = 5;
  const lines: string[] = [];
  for (const paragraph of s.split('\n')) {
    let rest = paragraph;
    while (rest.length + 0 > room) {
      const space = rest.slice(0, room - slop).lastIndexOf(' ');
      if (rest.length <= room || space <= 0) break;
      lines.push(rest.slice(0, space));
      rest = rest.slice(space + 1);
    }
    lines.push(rest);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** The option table of a help page. */
export function flagUsages(flags: readonly FlagSpec[]): string {
  const shown = flags.filter((f) => !f.hidden).sort((a, b) => (a.name < b.name ? -1 : 1));
  const heads = shown.map((f) => {
    const short = f.short ? `  -${f.short}, ` : '      ';
    return `${short}--${f.name}${f.type === 'bool' ? '' : ` ${f.type}`}`;
  });
  const column = Math.max(0, ...heads.map((h) => h.length)) + 3;
  return shown
    .map((f, i) => `${(heads[i] as string).padEnd(column)}${wrap(column, f.help + shownDefault(f))}\n`)
    .join('');
}

/** `Usage:  docker run [OPTIONS] IMAGE …` @param invoked the command as it was called */
export function usageLine(spec: CommandSpec, invoked: string): string {
  return `Usage:  ${invoked}${spec.use === '' ? '' : ` ${spec.use}`}`;
}

/** The same of a group. */
export function groupUsage(group: GroupSpec): string {
  return `Usage:  ${['docker', ...group.path, group.use ?? ''].join(' ').trimEnd()}`;
}

/** `docker X --help`. */
export function commandHelp(spec: CommandSpec, invoked: string): string {
  let out = `${usageLine(spec, invoked)}\n\n${spec.long ?? spec.short}\n`;
  const names = aliasNames(spec);
  if (names.length > 0) out += `\nAliases:\n  ${names.join(', ')}\n`;
  const flags = flagUsages(spec.flags);
  if (flags !== '') out += `\nOptions:\n${flags}`;
  return out;
}

/** All names of a command, as its help lists them; none when it has one only. */
function aliasNames(spec: CommandSpec): string[] {
  if (!spec.aliases) return [];
  return spec.aliases.map((a) => `docker ${a}`);
}

/** A list of commands with their one line. */
export function commandTable(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(11, ...rows.map(([name]) => name.length + 1));
  return rows.map(([name, short]) => `  ${name.padEnd(width)} ${short}\n`).join('');
}

/** `docker network --help`. */
export function groupHelp(group: GroupSpec, children: readonly (readonly [string, string])[]): string {
  const name = `docker ${group.path.join(' ')}`;
  return `Usage:  ${name} COMMAND\n\n${group.short}\n\nCommands:\n${commandTable(children)}\nRun '${name} COMMAND --help' for more information on a command.\n`;
}

/** A wrong flag: exit code 125. */
export function flagFailure(message: string, usage: string, invoked: string): Failure {
  return new Failure(`${message}\n\n${usage}\n\nRun '${invoked} --help' for more information`, 125);
}

const plural = (n: number): string => (n === 1 ? 'argument' : 'arguments');

/** The names of `build` under which DOCKER_BUILDKIT=0 asks for the classic builder; all others are buildx's own. */
const EITHER_BUILDER: ReadonlySet<string> = new Set(['docker build', 'docker image build']);

/** Whether BuildKit builds what is asked for under this name. @param isKit the environment does not ask for the classic builder */
export const buildsWithKit = (invoked: string, isKit: boolean): boolean => isKit || !EITHER_BUILDER.has(invoked);

/** `docker build` is `docker buildx build`, unless BuildKit is not wanted. */
export const pluginName = (spec: CommandSpec, invoked: string, isKit: boolean): string =>
  spec.buildx && buildsWithKit(invoked, isKit) ? `docker ${spec.path.join(' ')}` : invoked;

/** What is wrong with the number of arguments, or undefined. */
export function arityFailure(spec: CommandSpec, called: string, count: number, isKit = true): Failure | undefined {
  const { min, max }: Arity = spec.args;
  if (count >= min && count <= max) return undefined;
  const invoked = pluginName(spec, called, isKit);
  const error = spec.buildx && invoked.startsWith('docker buildx') ? 'ERROR: ' : '';
  if (spec.args.plain) return new Failure(`accepts ${min} arg(s), received ${count}`);
  const open = max === Number.POSITIVE_INFINITY;
  let what: string;
  if (max === 0) what = 'accepts no arguments';
  else if (open) what = `requires at least ${min} ${plural(min)}`;
  else if (min === max) what = `requires ${min} ${plural(min)}`;
  else if (min === 0) what = `requires at most ${max} ${plural(max)}`;
  else what = `requires at least ${min} and at most ${max} ${plural(max)}`;
  // each check has its own words, one of them a slip of the original's
  const see = open ? 'See' : min === 0 && max > 0 ? 'SRun' : 'Run';
  return new Failure(
    `${error}docker: '${invoked}' ${what}\n\n${usageLine(spec, invoked)}\n\n${see} '${invoked} --help' for more information`,
  );
}
