/**
 * Programs that are commands of docker: found by their names in a few directories, asked what they are, and run.
 * @see docker/cli cli-plugins/manager/{manager,plugin}.go, cmd/docker/docker.go: tryPluginRun
 */
import { text, utf8 } from '../../base/http.ts';
import { jsonFault } from '../../base/jsonfault.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import type { Sys } from '../../linux/kernel/sys.ts';

/** The word that asks a plugin what it is. */
export const METADATA = 'docker-cli-plugin-metadata';
/** Variable that tells a plugin which command started it. */
export const ORIGINAL = 'DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND';

const PREFIX = 'docker-';
const NAME = /^[a-z][a-z0-9]*$/;
const SYSTEM = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'].map(
  (d) => `${d}/docker/cli-plugins`,
);

/** A file that may be a plugin. */
export interface Plugin {
  readonly name: string;
  readonly path: string;
}

/** What a plugin says of itself. */
export interface Metadata {
  readonly SchemaVersion: string;
  readonly Vendor: string;
  readonly Version: string;
  readonly ShortDescription: string;
}

/** What a plugin answers when it is asked. */
export async function answerMetadata(sys: Sys, version: string, short: string): Promise<number> {
  const answer: Metadata = { SchemaVersion: '0.1.0', Vendor: 'Docker Inc.', Version: version, ShortDescription: short };
  await sys.write(1, utf8(`${JSON.stringify(answer)}\n`));
  return 0;
}

/** Where plugins may lie, those of the user first. */
function directories(sys: Sys): string[] {
  const config = sys.env.DOCKER_CONFIG || `${sys.env.HOME ?? '/root'}/.docker`;
  return [`${config}/cli-plugins`, ...SYSTEM];
}

/** Every plugin, by name. */
export function plugins(sys: Sys): Plugin[] {
  const found = new Map<string, Plugin>();
  for (const dir of directories(sys)) {
    const entries = sys.readdir(dir);
    if (isErr(entries)) continue;
    for (const { name, kind } of entries) {
      const short = name.slice(PREFIX.length);
      if (kind === 'dir' || !name.startsWith(PREFIX) || !NAME.test(short) || found.has(short)) continue;
      found.set(short, { name: short, path: `${dir}/${name}` });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The one of that name. */
export const findPlugin = (sys: Sys, name: string): Plugin | undefined => plugins(sys).find((p) => p.name === name);

/** Asks it. Undefined when it does not answer as a plugin does. */
async function metadataOf(sys: Sys, plugin: Plugin): Promise<Metadata | undefined> {
  const [from, to] = sys.pipe();
  const pid = sys.spawn(plugin.path, { argv: [plugin.path, METADATA], fds: { 1: to, 2: to } });
  sys.close(to);
  let said = '';
  for (;;) {
    const got = isErr(pid) ? new Uint8Array() : await sys.read(from);
    if (isErr(got) || got.length === 0) break;
    said += text(got);
  }
  sys.close(from);
  if (isErr(pid)) return undefined;
  await sys.wait(pid);
  if (jsonFault(said, true) !== undefined) return undefined;
  const answer = JSON.parse(said) as Partial<Metadata> | null;
  if (!answer?.SchemaVersion || !answer.Vendor) return undefined;
  const { SchemaVersion, Vendor, Version = '', ShortDescription = '' } = answer;
  return { SchemaVersion, Vendor, Version, ShortDescription };
}

/** A plugin, and what it says of itself. */
export interface Described extends Metadata {
  readonly Name: string;
  readonly Path: string;
}

/** All plugins that answer, and what they say. */
export async function describedPlugins(sys: Sys): Promise<Described[]> {
  const out: Described[] = [];
  for (const p of plugins(sys)) {
    const said = await metadataOf(sys, p);
    if (said) out.push({ ...said, Name: p.name, Path: p.path });
  }
  return out;
}

/** Runs it with all words of this command line. @returns its exit code; undefined when it is no program */
export async function runPlugin(sys: Sys, plugin: Plugin): Promise<number | undefined> {
  const argv = [plugin.path, ...sys.argv.slice(1)];
  const env = { ...sys.env, [ORIGINAL]: sys.argv[0] ?? 'docker' };
  const pid = sys.spawn(plugin.path, { argv, env });
  if (isErr(pid)) return undefined;
  const terminal = sys.isatty(0);
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    sys.sigaction(SIGNALS[name], () => {
      // a terminal has told it already
      if (!terminal) sys.kill(pid, SIGNALS[name]);
    });
  for (;;) {
    const got = await sys.wait(pid);
    if (isErr(got) && got.name === 'EINTR') continue;
    if (isErr(got) || got === 0) return 1;
    if (got.state === 'exited') return got.code;
    if (got.state === 'signaled') return 128 + got.signal;
  }
}
