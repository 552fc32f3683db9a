/**
 * The docker command: finds the subcommand, reads its flags, runs it, prints what went wrong.
 * @see docker/cli cmd/docker/docker.go, cli/cobra.go
 */
import { utf8 } from '../../base/http.ts';
import type { Program } from '../../linux/kernel/machine.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { Client } from './client.ts';
import { Ctx } from './context.ts';
import { Contexts } from './contexts/contexts.ts';
import { Failure, failed } from './failure.ts';
import type { Options } from './flags/options.ts';
import { parseFlags } from './flags/parse.ts';
import { arityFailure, commandHelp, flagFailure, groupHelp, groupUsage, pluginName, usageLine } from './help.ts';
import { describedPlugins, findPlugin, type Plugin, runPlugin } from './plugins.ts';
import { GLOBAL_FLAGS, rootHelp } from './root.ts';
import type { CommandSpec } from './spec.ts';
import { childrenOf, findCommand, findGroup, type Ping } from './tree.ts';
import { CLIENT_VERSION, GIT_COMMIT } from './version.ts';

/** CPU time that starting the real binary takes, ns. */
const STARTUP = 15e6;

interface Output {
  stdout: string;
  stderr: string;
  code: number;
}
const said = (stdout: string, stderr = '', code = 0): Output => ({ stdout, stderr, code });
const refused = (f: Failure): Output => said('', f.message === '' ? '' : `${f.message}\n`, f.code);

/** What the words of a command line lead to. */
type Resolved = Output | { readonly spec: CommandSpec; readonly invoked: string; readonly words: readonly string[] };

function unknown(words: readonly string[]): Output {
  const path = words.slice(0, -1);
  const name = ['docker', ...path].join(' ');
  const group = findGroup(path);
  const usage = group ? `${groupUsage(group)}\n\n` : '';
  return refused(
    new Failure(
      `docker: unknown command: docker ${words.join(' ')}\n\n${usage}Run '${name} --help' for more information`,
    ),
  );
}

/** `docker help WORDS` */
function help(words: readonly string[], ping: Ping): Output {
  const group = findGroup(words);
  if (group) return said(groupHelp(group, childrenOf(group.path, ping)));
  const spec = findCommand(words);
  if (spec) return said(commandHelp(spec, `docker ${words.join(' ')}`));
  let known = words.length - 1;
  while (known > 0 && !findGroup(words.slice(0, known)) && !findCommand(words.slice(0, known))) known--;
  return refused(new Failure(`unknown help topic: ${words.slice(known).join(' ')}`));
}

function resolve(words: readonly string[], ping: Ping): Resolved {
  for (let n = 1; n <= words.length; n++) {
    const path = words.slice(0, n);
    const spec = findCommand(path);
    if (spec) return { spec, invoked: `docker ${path.join(' ')}`, words: words.slice(n) };
    const group = findGroup(path);
    if (!group) return unknown(path);
    const next = words[n];
    const page = groupHelp(group, childrenOf(path, ping));
    if (next === undefined) return said('', page);
    if (next === '--help') {
      const after = words.slice(n + 1);
      return after.length === 0 ? said(page) : resolve([...path, ...after, next], ping);
    }
    if (next.startsWith('-')) {
      const parsed = parseFlags([], words.slice(n), true);
      if (parsed.help) return said(page);
      return refused(flagFailure(parsed.error ?? '', groupUsage(group), `docker ${path.join(' ')}`));
    }
  }
  return said('', '');
}

const experimentalFlag = (name: string): string =>
  `"--${name}" is only supported on a Docker daemon with experimental features enabled`;

async function runCommand(sys: Sys, found: Exclude<Resolved, Output>, global: Options): Promise<Output> {
  const { spec, invoked, words } = found;
  if (spec.experimental)
    return refused(new Failure(`${invoked} is only supported on a Docker daemon with experimental features enabled`));
  const parsed = parseFlags(spec.flags, words, spec.stopAtFirst);
  const notes = parsed.notes.map((n) => `${n}\n`).join('');
  const isKit = sys.env.DOCKER_BUILDKIT !== '0';
  const shown = pluginName(spec, invoked, isKit);
  if (parsed.error) return refused(flagFailure(parsed.error, usageLine(spec, shown), shown));
  if (parsed.help) return said(notes + commandHelp(spec, shown));
  const wrong = arityFailure(spec, invoked, parsed.args.length, isKit);
  if (wrong) return said(notes, refused(wrong).stderr, wrong.code);
  const newer = spec.flags.filter((f) => f.experimental && parsed.options.changed(f.name)).map((f) => f.name);
  if (newer.length > 0) return refused(new Failure(newer.map(experimentalFlag).join('\n')));
  if (!spec.run) return refused(new Failure(`docker: '${invoked}' is not part of this laboratory yet`));
  const contexts = Contexts.of(sys, global);
  const ctx = new Ctx(sys, new Client(sys, contexts.host()), invoked, contexts);
  await ctx.out(notes);
  await ctx.err(contexts.config.warning);
  const got = await spec.run(ctx, parsed.options, parsed.args);
  return failed(got) ? refused(got) : said('', '', got);
}

/** What the engine says of itself, for pages that list commands; nothing when it is not there. */
async function pingOf(sys: Sys, global: Options): Promise<Ping> {
  const client = new Client(sys, Contexts.of(sys, global).host());
  await client.negotiate();
  return client.ping;
}

/** @see sirupsen/logrus: ParseLevel */
const LEVELS = new Set(['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace']);

/** The plugin that the words mean: `compose …`, `help compose`. */
function pluginOf(sys: Sys, words: readonly string[]): Plugin | undefined {
  const name = words[0] === 'help' ? words[1] : words[0];
  return name === undefined || findCommand([name]) || findGroup([name]) ? undefined : findPlugin(sys, name);
}

async function docker(sys: Sys): Promise<Output> {
  const global = parseFlags(GLOBAL_FLAGS, sys.argv.slice(1), true);
  if (global.error) return refused(flagFailure(global.error, 'Usage:  docker [OPTIONS] COMMAND [ARG...]', 'docker'));
  const level = global.options.string('log-level');
  if (!LEVELS.has(level.toLowerCase())) return refused(new Failure(`Unable to parse logging level: ${level}`));
  if (global.options.bool('version') && global.args.length === 0)
    return said(`Docker version ${CLIENT_VERSION}, build ${GIT_COMMIT}\n`);
  const words = global.args;
  const plugin = pluginOf(sys, words);
  const done = plugin && (await runPlugin(sys, plugin));
  if (done !== undefined) return said('', '', done);
  const ping = (): Promise<Ping> => pingOf(sys, global.options);
  const page = async (): Promise<string> => {
    const plugins = (await describedPlugins(sys)).map((p) => [p.Name, p.ShortDescription] as const);
    return rootHelp(await ping(), Object.fromEntries(plugins));
  };
  if (global.help) {
    const asked = words.length > 0 ? resolve([...words, '--help'], await ping()) : undefined;
    if (asked && 'spec' in asked) return runCommand(sys, asked, global.options);
    return asked?.code === 0 ? asked : said(await page());
  }
  if (words.length === 0) return said('', await page());
  if (words[0] === 'help') return words.length === 1 ? said(await page()) : help(words.slice(1), await ping());
  if (global.options.list('host').length > 0 && global.options.string('context') !== '')
    return refused(new Failure('conflicting options: cannot specify both --host and --context'));
  const found = resolve(words, {});
  if ('spec' in found) return runCommand(sys, found, global.options);
  // a page that lists commands
  return found.code === 0 ? (resolve(words, await ping()) as Output) : found;
}

/** `/usr/bin/docker` */
export const dockerProgram: Program = {
  name: 'docker',
  async main(sys) {
    await sys.cpu(STARTUP);
    const { stdout, stderr, code } = await docker(sys);
    if (stdout !== '') await sys.write(1, utf8(stdout));
    if (stderr !== '') await sys.write(2, utf8(stderr));
    return code;
  },
};
