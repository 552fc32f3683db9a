/** apk: Alpine's package manager. @see apk-tools src/app_add.c, src/solver.c (messages), src/commit.c */
import { text, utf8 } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readText } from '../stdio.ts';
import { archive } from './ar.ts';
import { Fetcher } from './fetch.ts';
import { unpack } from './unpack.ts';

const DB = '/lib/apk/db/installed';
const WORLD = '/etc/apk/world';
const CACHE = '/var/cache/apk';
/** Packages and MiB of the base system, which the database does not list. */
const BASE = { packages: 16, mib: 8 };

/** Fields of one package by their letter: P V S I T D, and F (its files). */
type Entry = ReadonlyMap<string, string>;

function entries(s: string): Entry[] {
  return s
    .split(/\n\n+/)
    .map(
      (block) =>
        new Map(
          block
            .split('\n')
            .filter((l) => l[1] === ':')
            .map((l) => [l[0] as string, l.slice(2)] as const),
        ),
    )
    .filter((e) => e.size > 0);
}

const installedOf = (sys: Sys): Map<string, Entry> => {
  const got = readText(sys, DB);
  return new Map((isErr(got) ? [] : entries(got)).map((e) => [e.get('P') ?? '', e]));
};

function write(sys: Sys, all: ReadonlyMap<string, Entry>, world: readonly string[]): void {
  sys.writeFile(DB, utf8([...all.values()].map((e) => [...e].map(([k, v]) => `${k}:${v}\n`).join('')).join('\n')));
  sys.writeFile(
    WORLD,
    utf8(
      [...new Set(world)]
        .sort()
        .map((w) => `${w}\n`)
        .join(''),
    ),
  );
}

const worldOf = (sys: Sys): string[] => {
  const got = readText(sys, WORLD);
  return isErr(got) ? [] : got.split('\n').filter((l) => l !== '');
};

const repositories = (sys: Sys): string[] => {
  const got = readText(sys, '/etc/apk/repositories');
  return isErr(got)
    ? []
    : got
        .split('\n')
        .map((l) => l.trim())
        .filter((l) => l !== '' && !l.startsWith('#'));
};

/** A package that can be had, with its repository. */
interface Offer {
  readonly entry: Entry;
  readonly repository: string;
}

const cacheFile = (repository: string): string => `${CACHE}/APKINDEX.${repository.replace(/\W+/g, '_')}.tar.gz`;

/** Fetches indices. @returns what they hold; repositories that did not answer are warned of */
async function fetchIndices(
  ctx: Context,
  fetcher: Fetcher,
  quiet: boolean,
  keep: boolean,
): Promise<Map<string, Offer>> {
  const out = new Map<string, Offer>();
  for (const repository of repositories(ctx.sys)) {
    const url = `${repository}/x86_64/APKINDEX.tar.gz`;
    if (!quiet) await ctx.out(`fetch ${url}\n`);
    const got = await fetcher.get(url);
    if ('error' in got) {
      const why = got.temporary
        ? 'temporary error (try again later)'
        : /^404/.test(got.error)
          ? "package mentioned in index not found (try 'apk update')"
          : 'DNS lookup error';
      await ctx.err(`WARNING: fetching ${repository}: ${why}\n`);
      continue;
    }
    if (keep) ctx.sys.writeFile(cacheFile(repository), got.bytes);
    offers(out, got.bytes, repository);
  }
  return out;
}

function offers(out: Map<string, Offer>, bytes: Uint8Array, repository: string): void {
  const index = archive(bytes)?.find((e) => e.name === 'APKINDEX');
  for (const entry of index ? entries(text(index.bytes)) : []) {
    const name = entry.get('P') ?? '';
    if (!out.has(name)) out.set(name, { entry, repository });
  }
}

/** Indices that `apk update` left; undefined when one is missing. */
function cached(sys: Sys): Map<string, Offer> | undefined {
  const out = new Map<string, Offer>();
  for (const repository of repositories(sys)) {
    const bytes = sys.readFile(cacheFile(repository));
    if (isErr(bytes)) return undefined;
    offers(out, bytes, repository);
  }
  return out;
}

function summary(all: ReadonlyMap<string, Entry>): string {
  const bytes = [...all.values()].reduce((n, e) => n + Number(e.get('I') ?? 0), 0);
  return `OK: ${BASE.mib + Math.round(bytes / 1048576)} MiB in ${BASE.packages + all.size} packages\n`;
}

async function add(
  ctx: Context,
  names: readonly string[],
  o: { quiet: boolean; noCache: boolean; update: boolean },
): Promise<number> {
  const { sys } = ctx;
  const fetcher = new Fetcher(sys, 'apk-tools/2.14.9');
  const known = o.noCache || o.update ? undefined : cached(sys);
  const all = known ?? (await fetchIndices(ctx, fetcher, o.quiet, !o.noCache));
  const have = installedOf(sys);
  const wanted: Offer[] = [];
  const seen = new Set<string>();
  const missing: string[] = [];
  const want = (name: string): void => {
    if (seen.has(name) || have.has(name)) return;
    seen.add(name);
    const offer = all.get(name);
    if (!offer) {
      if (names.includes(name)) missing.push(name);
      return;
    }
    for (const d of (offer.entry.get('D') ?? '').split(' ').filter((x) => x !== '')) want(d);
    wanted.push(offer);
  };
  const bare = names.map((n) => n.replace(/[<>=~].*$/, ''));
  for (const n of bare) want(n);
  if (missing.length > 0) {
    const lines = missing.map((m) => `  ${m} (no such package):\n    required by: world[${m}]\n`);
    await ctx.err(`ERROR: unable to select packages:\n${lines.join('')}`);
    return 1;
  }
  for (const [i, { entry, repository }] of wanted.entries()) {
    const [name, version] = [entry.get('P'), entry.get('V')];
    if (!o.quiet) await ctx.out(`(${i + 1}/${wanted.length}) Installing ${name} (${version})\n`);
    const got = await fetcher.get(`${repository}/x86_64/${name}-${version}.apk`);
    if ('error' in got) {
      await ctx.err(`ERROR: ${name}-${version}: temporary error (try again later)\n1 error; ${summary(have).slice(4)}`);
      return 1;
    }
    await sys.cpu(15e6);
    const data = (archive(got.bytes) ?? []).filter((e) => !e.name.startsWith('.'));
    have.set(name ?? '', new Map([...entry, ['F', unpack(sys, data).join(' ')]]));
  }
  fetcher.close();
  write(sys, have, [...worldOf(sys), ...names]);
  if (!o.quiet && wanted.length > 0) await ctx.out('Executing busybox-1.37.0-r19.trigger\n');
  if (!o.quiet) await ctx.out(summary(have));
  return 0;
}

async function del(ctx: Context, names: readonly string[], quiet: boolean): Promise<number> {
  const { sys } = ctx;
  const have = installedOf(sys);
  const world = worldOf(sys).filter((w) => !names.includes(w));
  const gone = names.filter((n) => have.has(n));
  for (const n of names) if (!have.has(n)) await ctx.err(`ERROR: No such package: ${n}\n`);
  const needed = new Set<string>();
  const mark = (n: string): void => {
    if (needed.has(n) || !have.has(n)) return;
    needed.add(n);
    for (const d of (have.get(n)?.get('D') ?? '').split(' ')) mark(d);
  };
  for (const w of world) mark(w);
  const all = [...have.keys()].filter((n) => gone.includes(n) || (gone.length > 0 && !needed.has(n)));
  for (const [i, n] of all.entries()) {
    if (!quiet) await ctx.out(`(${i + 1}/${all.length}) Purging ${n} (${have.get(n)?.get('V')})\n`);
    for (const f of (have.get(n)?.get('F') ?? '').split(' ').reverse()) {
      const st = sys.lstat(f);
      if (!isErr(st) && st.kind !== 'dir') sys.unlink(f);
    }
    have.delete(n);
  }
  write(sys, have, world);
  if (!quiet && all.length > 0) await ctx.out('Executing busybox-1.37.0-r19.trigger\n');
  if (!quiet) await ctx.out(summary(have));
  return names.length > 0 && gone.length === 0 ? 1 : 0;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const flags = ctx.args.filter((a) => a.startsWith('-'));
  const words = ctx.args.filter((a) => !a.startsWith('-'));
  const on = (...names: string[]): boolean => names.some((n) => flags.includes(n));
  const [command, ...names] = words;
  const quiet = on('-q', '--quiet');
  if (on('--version', '-V') && command === undefined)
    return ctx.out('apk-tools 2.14.9, compiled for x86_64.\n').then(() => 0);
  if (command === undefined) {
    await ctx.out(
      'apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]\n\n  add del update info list search\n',
    );
    return 1;
  }
  if (sys.getuid() !== 0 && ['add', 'del', 'update'].includes(command)) {
    await ctx.err(
      'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
    );
    return 99;
  }
  switch (command) {
    case 'add':
      return add(ctx, names, { quiet, noCache: on('--no-cache'), update: on('-U', '--update-cache', '--update') });
    case 'del':
      return del(ctx, names, quiet);
    case 'update': {
      const fetcher = new Fetcher(sys, 'apk-tools/2.14.9');
      const all = await fetchIndices(ctx, fetcher, quiet, true);
      fetcher.close();
      if (all.size === 0) {
        await ctx.err(`${repositories(sys).length} unavailable, 0 stale; 0 distinct packages available\n`);
        return 1;
      }
      for (const r of repositories(sys)) await ctx.out(`v3.22.2 [${r}]\n`);
      await ctx.out(`OK: ${all.size} distinct packages available\n`);
      return 0;
    }
    case 'info': {
      const have = installedOf(sys);
      if (names.length === 0)
        await ctx.out(
          [...have.keys()]
            .sort()
            .map((n) => `${n}\n`)
            .join(''),
        );
      let code = 0;
      for (const n of names) {
        const e = have.get(n);
        if (!e) code = 1;
        else if (on('-L'))
          await ctx.out(
            `${n}-${e.get('V')} contains:\n${(e.get('F') ?? '')
              .split(' ')
              .map((f) => `${f.slice(1)}\n`)
              .join('')}\n`,
          );
        else
          await ctx.out(
            `${n}-${e.get('V')} description:\n${e.get('T')}\n\n${n}-${e.get('V')} installed size:\n${Math.round(Number(e.get('I')) / 1024)} KiB\n\n`,
          );
      }
      return code;
    }
    case 'search':
    case 'list': {
      const fetcher = new Fetcher(sys, 'apk-tools/2.14.9');
      const all = cached(sys) ?? (await fetchIndices(ctx, fetcher, true, true));
      fetcher.close();
      const have = installedOf(sys);
      const hits = [...all.values()]
        .map((o) => o.entry)
        .filter((e) => names.length === 0 || names.some((n) => e.get('P')?.includes(n.replaceAll('*', ''))));
      for (const e of hits) {
        const id = `${e.get('P')}-${e.get('V')}`;
        if (command === 'search') await ctx.out(`${id}${on('-v') ? ` - ${e.get('T')}` : ''}\n`);
        else if (!on('-I', '--installed') || have.has(e.get('P') ?? ''))
          await ctx.out(`${id} x86_64 {${e.get('P')}}${have.has(e.get('P') ?? '') ? ' [installed]' : ''}\n`);
      }
      return 0;
    }
    default:
      await ctx.err(`ERROR: '${command}' is not an apk command. See 'apk --help'.\n`);
      return 1;
  }
}

export const apkSpec = defineProgram({
  name: 'apk',
  path: '/sbin/apk',
  summary: "Alpine's package manager",
  order: 'own',
  options: [
    { name: 'no-cache', help: 'keep no index' },
    { name: 'update-cache', short: 'U', help: 'fetch the indices first' },
    { name: 'quiet', short: 'q', help: 'say less' },
  ],
  words: ['add', 'del', 'update', 'info', 'search', 'list'],
  run,
});
