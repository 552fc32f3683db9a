/** apt-get, apt and apt-cache. @see apt cmdline/apt-get.cc, cmdline/apt.cc, cmdline/apt-cache.cc */
import { type Context, defineProgram, type ProgramSpec } from '../spec.ts';
import { Console } from './console.ts';
import { DpkgDb } from './dpkgdb.ts';
import { type InstallOptions, install, preamble, remove } from './install.ts';
import { readCandidates } from './sources.ts';
import { update } from './update.ts';

const VERSION = 'apt 3.1.12 (amd64)\n';

const HELP = `${VERSION}Usage: apt-get [options] command
       apt-get [options] install|remove pkg1 [pkg2 ...]

Packages are fetched from the sources of /etc/apt and installed.

Commands:
  update      fetch what the sources know
  install     install packages with what they need
  remove      remove packages
  purge       remove packages and their settings
  autoremove  remove what nothing needs any more
  upgrade     bring all packages up to date
  clean       delete fetched archives
  search, show, policy, list   look packages up
`;

/** Options that take a value. */
const VALUES = new Set(['-o', '-c', '-t', '--option', '--config-file', '--target-release']);

interface Words {
  readonly flags: Set<string>;
  readonly quiet: number;
  readonly words: string[];
  readonly wrong?: string;
}

function read(ctx: Context): Words {
  const flags = new Set<string>();
  const words: string[] = [];
  let quiet = 0;
  for (let i = 0; i < ctx.args.length; i++) {
    const a = ctx.args[i] as string;
    if (!a.startsWith('-')) words.push(a);
    else if (VALUES.has(a)) i++;
    else if (a.startsWith('--')) {
      const name = a.slice(2).replace(/=.*$/, '');
      if (name === 'quiet') quiet = Math.max(quiet, Number(/=(\d)/.exec(a)?.[1] ?? 1));
      flags.add(
        {
          yes: 'y',
          'assume-yes': 'y',
          simulate: 's',
          'dry-run': 's',
          'download-only': 'd',
          help: 'h',
          version: 'v',
          purge: 'purge',
        }[name] ?? name,
      );
    } else if (a.startsWith('-o') || a.startsWith('-t')) continue;
    else
      for (const letter of a.slice(1)) {
        if (letter === 'q') quiet++;
        else if (!'ysdfmuVbhv'.includes(letter)) return { flags, quiet, words, wrong: letter };
        flags.add(letter);
      }
  }
  return { flags, quiet, words };
}

async function run(ctx: Context): Promise<number> {
  const { sys, name } = ctx;
  const { flags, quiet, words, wrong } = read(ctx);
  if (wrong !== undefined) {
    await ctx.err(
      `E: Command line option '${wrong}' [from -${wrong}] is not understood in combination with the other options.\n`,
    );
    return 100;
  }
  const [command, ...rest] = words;
  if (flags.has('v')) return ctx.out(VERSION).then(() => 0);
  if (command === undefined || flags.has('h')) return ctx.out(HELP.replaceAll('apt-get', name)).then(() => 0);
  const console = new Console(ctx, sys.isatty(1) ? quiet : Math.max(1, quiet));
  if (name === 'apt' && !sys.isatty(1))
    await ctx.err('\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n');
  const options: InstallOptions = {
    yes: flags.has('y') || quiet >= 2,
    simulate: flags.has('s'),
    downloadOnly: flags.has('d'),
  };
  switch (command) {
    case 'search':
    case 'show':
    case 'policy':
    case 'list':
      return look(ctx, command, rest, flags);
  }
  if (sys.getuid() !== 0 && !options.simulate) {
    const lock = command === 'update' ? '/var/lib/apt/lists/lock' : '/var/lib/dpkg/lock-frontend';
    await ctx.err(`E: Could not open lock file ${lock} - open (13: Permission denied)\n`);
    await ctx.err(
      command === 'update'
        ? 'E: Unable to lock directory /var/lib/apt/lists/\n'
        : `E: Unable to acquire the dpkg frontend lock (${lock}), are you root?\n`,
    );
    return 100;
  }
  switch (command) {
    case 'update':
      return update(sys, console);
    case 'install':
    case 'reinstall':
      if (rest.length === 0) {
        await preamble(console);
        await console.say('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
        return 0;
      }
      return install(sys, console, rest, options);
    case 'remove':
    case 'purge':
      return remove(sys, console, rest, { ...options, purge: command === 'purge' || flags.has('purge') });
    case 'upgrade':
    case 'dist-upgrade':
    case 'full-upgrade':
    case 'autoremove':
    case 'autopurge':
    case 'check':
      await preamble(console);
      if (command.includes('upgrade')) await console.step('Calculating upgrade');
      if (command !== 'check') await console.say('0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
      return 0;
    case 'clean':
    case 'autoclean':
      return 0;
    default:
      await ctx.err(`E: Invalid operation ${command}\n`);
      return 100;
  }
}

async function look(
  ctx: Context,
  command: string,
  names: readonly string[],
  flags: ReadonlySet<string>,
): Promise<number> {
  const { sys } = ctx;
  const all = readCandidates(sys);
  const db = new DpkgDb(sys);
  if (command === 'search') {
    const hits = [...all.values()].filter((c) =>
      names.every((n) => `${c.name} ${c.fields.get('Description')}`.toLowerCase().includes(n.toLowerCase())),
    );
    const plain = ctx.name === 'apt-cache';
    if (!plain) await ctx.out('Sorting...\nFull Text Search...\n');
    for (const c of hits.sort((a, b) => (a.name < b.name ? -1 : 1)))
      await ctx.out(
        plain
          ? `${c.name} - ${c.fields.get('Description')}\n`
          : `${c.name}/${c.source.suite} ${c.version} amd64\n  ${c.fields.get('Description')}\n\n`,
      );
    return 0;
  }
  if (command === 'list') {
    await ctx.out('Listing...\n');
    if (flags.has('installed'))
      for (const p of db.all) await ctx.out(`${p.get('Package')}/now ${p.get('Version')} amd64 [installed,local]\n`);
    else
      for (const c of all.values())
        if (names.length === 0 || names.includes(c.name))
          await ctx.out(`${c.name}/${c.source.suite} ${c.version} amd64${db.get(c.name) ? ' [installed]' : ''}\n`);
    return 0;
  }
  for (const n of names) {
    const c = all.get(n);
    if (command === 'policy') {
      const have = db.get(n)?.get('Version');
      if (!c && have === undefined) continue;
      const where = c
        ? ` ${have === c.version ? '***' : '   '} ${c.version} 500\n        500 ${c.source.uri} ${c.source.suite}/${c.component} amd64 Packages\n`
        : '';
      await ctx.out(
        `${n}:\n  Installed: ${have ?? '(none)'}\n  Candidate: ${c?.version ?? have}\n  Version table:\n${where}${have === undefined ? '' : '        100 /var/lib/dpkg/status\n'}`,
      );
    } else if (c) await ctx.out(`${[...c.fields].map(([k, v]) => `${k}: ${v}\n`).join('')}\n`);
    else {
      await ctx.err(`N: Unable to locate package ${n}\nE: No packages found\n`);
      return 100;
    }
  }
  return 0;
}

const spec = (name: string): ProgramSpec =>
  defineProgram({
    name,
    path: `/usr/bin/${name}`,
    summary: 'Install packages of Debian',
    order: 'own',
    options: [
      { name: 'yes', short: 'y', help: 'answer yes' },
      { name: 'quiet', short: 'q', help: 'say less' },
      { name: 'simulate', short: 's', help: 'only say what would be done' },
      { name: 'no-install-recommends', help: 'install only what is needed' },
    ],
    words: [
      'update',
      'install',
      'remove',
      'purge',
      'autoremove',
      'upgrade',
      'clean',
      'search',
      'show',
      'policy',
      'list',
    ],
    run,
  });

export const aptGetSpec = spec('apt-get');
export const aptSpec = spec('apt');
export const aptCacheSpec = spec('apt-cache');
