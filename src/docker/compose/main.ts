/**
 * From the words of a command line to a command: `docker compose X`, and `docker-compose X` by itself.
 * @see docker/compose cmd/main.go, cmd/compatibility/convert.go; docker/cli cli-plugins/plugin/plugin.go
 */
import { utf8 } from '../../base/http.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { Client } from '../cli/client.ts';
import { Ctx } from '../cli/context.ts';
import { Contexts } from '../cli/contexts/contexts.ts';
import { Failure, failed } from '../cli/failure.ts';
import type { Options } from '../cli/flags/options.ts';
import { parseFlags } from '../cli/flags/parse.ts';
import { goMarshal } from '../cli/gojson.ts';
import { ORIGINAL } from '../cli/plugins.ts';
import { GLOBAL_FLAGS } from '../cli/root.ts';
import { COMMANDS, findCompose } from './commands.ts';
import { Compose } from './compose.ts';
import { DryRunClient } from './dryrun.ts';
import { ROOT_FLAGS, rootHelp } from './root.ts';
import { arityFault, type ComposeCommand, flagsOf, helpOf } from './spec.ts';

/** Old words of docker-compose. */
const CONVERTED: Readonly<Record<string, string>> = {
  '--verbose': '--debug',
  '-h': '--help',
  '--version': 'version',
  '-v': 'version',
};
/** Flags of docker itself that stand before `compose`. */
const DOCKERS = [
  '--debug',
  '-D',
  '--tls',
  '--tlsverify',
  '--host',
  '-H',
  '--context',
  '--tlscacert',
  '--tlscert',
  '--tlskey',
  '--log-level',
  '-l',
  '--config',
];
const WITHOUT_VALUE = ['--debug', '-D', '--tls', '--tlsverify'];

/** `docker-compose WORDS` as the words of docker. @see cmd/compatibility/convert.go: Convert */
function converted(words: readonly string[]): string[] {
  const before: string[] = [];
  const after: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = CONVERTED[words[i] as string] ?? (words[i] as string);
    if (!word.startsWith('-')) {
      after.push(word, ...words.slice(i + 1));
      break;
    }
    const name = word.split('=')[0] as string;
    if (!DOCKERS.includes(name)) {
      after.push(word);
      const spec = ROOT_FLAGS.find((f) => `--${f.name}` === word || `-${f.short}` === word);
      if (spec && spec.type !== 'bool' && i + 1 < words.length) after.push(words[++i] as string);
      continue;
    }
    before.push(word);
    if (!WITHOUT_VALUE.includes(word) && !word.includes('=') && i + 1 < words.length) before.push(words[++i] as string);
  }
  return [...before, 'compose', ...after];
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}
const said = (stdout: string, stderr = '', code = 0): Output => ({ stdout, stderr, code });
const refused = (f: Failure): Output => said('', f.message === '' ? '' : `${f.message}\n`, f.code);

/** `docker compose help X` */
function help(words: readonly string[]): Output {
  const [name] = words;
  const spec = name === undefined ? undefined : findCompose(name);
  if (name !== undefined && !spec) return said(`Unknown help topic [\`${words.join(' ')}\`]\n${rootHelp(COMMANDS)}`);
  return said(spec ? helpOf(spec) : rootHelp(COMMANDS));
}

async function runCommand(
  sys: Sys,
  global: Options,
  root: Options,
  spec: ComposeCommand,
  words: readonly string[],
): Promise<Output> {
  const parsed = parseFlags(flagsOf(spec), words, spec.stopAtFirst);
  const notes = parsed.notes.map((n) => `${n}\n`).join('');
  if (parsed.error) return refused(new Failure(parsed.error));
  if (parsed.help) return said(notes + helpOf(spec));
  const wrong = arityFault(spec, parsed.args);
  if (wrong) return refused(wrong);
  const contexts = Contexts.of(sys, global);
  const dry = parsed.options.bool('dry-run') || root.bool('dry-run');
  const client = new (dry ? DryRunClient : Client)(sys, contexts.host());
  const ctx = new Ctx(sys, client, `docker compose ${spec.name}`, contexts);
  await ctx.err(contexts.config.warning);
  const c = await Compose.of(ctx, root, dry);
  if (failed(c)) return refused(c);
  const got = await spec.run(c, parsed.options, parsed.args);
  if (!failed(got)) return said('', '', got);
  return c.json ? refused(new Failure(goMarshal({ error: true, message: got.message }), got.code)) : refused(got);
}

/** @param words those of a docker command line */
async function compose(sys: Sys, words: readonly string[]): Promise<Output> {
  const global = parseFlags(GLOBAL_FLAGS, words, true);
  if (global.error) return refused(new Failure(global.error));
  // `docker help compose X` leads here too
  if (global.args[0] === 'help') return help(global.args.slice(2));
  const root = parseFlags(ROOT_FLAGS, global.args.slice(1), true);
  if (root.error) return refused(new Failure(root.error));
  if (root.help || global.help) return help(root.args);
  const [name, ...rest] = root.args;
  if (root.options.bool('version')) return versionOf(sys, global.options, root.options);
  if (name === undefined) return said(rootHelp(COMMANDS));
  if (name === 'help') return help(rest);
  const spec = findCompose(name);
  if (!spec) return said(rootHelp(COMMANDS), `unknown docker command: "compose ${name}"\n`, 1);
  return runCommand(sys, global.options, root.options, spec, rest);
}

const versionOf = (sys: Sys, global: Options, root: Options): Promise<Output> =>
  runCommand(sys, global, root, findCompose('version') as ComposeCommand, []);

/** Runs the words of this process. @returns its exit code */
export async function runCompose(sys: Sys): Promise<number> {
  const words = sys.argv.slice(1);
  const { stdout, stderr, code } = await compose(sys, sys.env[ORIGINAL] === undefined ? converted(words) : words);
  if (stdout !== '') await sys.write(1, utf8(stdout));
  if (stderr !== '') await sys.write(2, utf8(stderr));
  return code;
}
