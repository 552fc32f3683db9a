/** Installing and removing with apt. @see apt apt-private/private-install.cc, private-output.cc; dpkg src/main/unpack.c */
import type { Sys } from '../../kernel/sys.ts';
import { LineReader, screenOf } from '../stdio.ts';
import { openDeb } from './ar.ts';
import { type Console, size, wrapped } from './console.ts';
import { dependencies, paragraphs } from './control.ts';
import { DpkgDb } from './dpkgdb.ts';
import { Fetcher } from './fetch.ts';
import { type Candidate, readCandidates } from './sources.ts';
import { unpack } from './unpack.ts';
import { fetchedLine } from './update.ts';

export interface InstallOptions {
  readonly yes: boolean;
  readonly downloadOnly: boolean;
  readonly simulate: boolean;
}

/** Names to be installed with what they need, needed ones first. @returns the complaint about a name */
function plan(names: readonly string[], all: ReadonlyMap<string, Candidate>, db: DpkgDb): Candidate[] | string {
  const out: Candidate[] = [];
  const seen = new Set<string>();
  const add = (name: string, wanted: boolean): string | undefined => {
    if (seen.has(name) || db.get(name)) return undefined;
    seen.add(name);
    const c = all.get(name);
    if (!c) return wanted ? `Unable to locate package ${name}` : undefined;
    for (const d of dependencies(c.fields)) add(d, false);
    out.push(c);
    return undefined;
  };
  const wrong = names.flatMap((n) => add(n, true) ?? []);
  return wrong.length > 0 ? wrong.map((w) => `E: ${w}\n`).join('') : out;
}

export async function install(sys: Sys, c: Console, words: readonly string[], o: InstallOptions): Promise<number> {
  await preamble(c);
  const db = new DpkgDb(sys);
  const all = readCandidates(sys);
  const names = words.map((w) => w.replace(/[=/:].*$/, ''));
  const list = plan(names, all, db);
  if (typeof list === 'string') {
    await c.ctx.err(list);
    return 100;
  }
  for (const n of names)
    if (db.get(n)) await c.say(`${n} is already the newest version (${db.get(n)?.get('Version')}).\n`);
  const extra = list
    .filter((p) => !names.includes(p.name))
    .map((p) => p.name)
    .sort();
  const width = columns(sys);
  if (extra.length > 0) await c.say(`The following additional packages will be installed:\n${wrapped(extra, width)}`);
  const fresh = list.map((p) => p.name).sort();
  if (fresh.length > 0) await c.say(`The following NEW packages will be installed:\n${wrapped(fresh, width)}`);
  await c.say(`0 upgraded, ${list.length} newly installed, 0 to remove and 0 not upgraded.\n`);
  if (list.length === 0) return 0;
  const bytes = list.reduce((n, p) => n + Number(p.fields.get('Size') ?? 0), 0);
  const disk = list.reduce((n, p) => n + Number(p.fields.get('Installed-Size') ?? 0) * 1024, 0);
  await c.say(
    `Need to get ${size(bytes)}B of archives.\nAfter this operation, ${size(disk)}B of additional disk space will be used.\n`,
  );
  if (o.simulate) return 0;
  if (extra.length > 0 && !o.yes && !(await agreed(sys, c))) return 1;
  const got = await download(sys, c, list);
  if (typeof got === 'number') return got;
  if (o.downloadOnly) return 0;
  await unpackAll(sys, c, list, got, db);
  return 0;
}

export async function preamble(c: Console): Promise<void> {
  for (const s of ['Reading package lists', 'Building dependency tree', 'Reading state information']) await c.step(s);
}

const columns = (sys: Sys): number => screenOf(sys, 1)?.cols ?? 80;

async function agreed(sys: Sys, c: Console): Promise<boolean> {
  await c.ctx.out('Do you want to continue? [Y/n] ');
  const line = await new LineReader(sys, 0).next();
  const answer = line?.text.trim().toLowerCase();
  if (!sys.isatty(0) && answer !== undefined) await c.ctx.out('\n');
  if (answer === '' || answer === 'y' || answer === 'yes') return true;
  await c.ctx.out(answer === undefined ? 'Abort.\n' : 'Abort.\n');
  return false;
}

const urlOf = (p: Candidate): string => `${p.source.uri}/${p.fields.get('Filename')}`;

async function download(
  sys: Sys,
  c: Console,
  list: readonly Candidate[],
): Promise<Map<Candidate, Uint8Array> | number> {
  const fetcher = new Fetcher(sys, 'Debian APT-HTTP/1.3 (3.1.12)');
  const start = sys.now();
  const out = new Map<Candidate, Uint8Array>();
  const total = list.reduce((n, p) => n + Number(p.fields.get('Size') ?? 0), 0);
  const errors: string[] = [];
  for (const [i, p] of list.entries()) {
    const what = `${p.source.uri} ${p.source.suite}/${p.component} amd64 ${p.name} amd64 ${p.version}`;
    await c.passing('0% [Working]');
    const before = fetcher.received;
    let last = -1;
    const got = await fetcher.get(urlOf(p), async (n) => {
      const percent = Math.floor(((before + n) / Math.max(1, total)) * 100);
      if (percent === last) return;
      last = percent;
      await c.passing(`${percent}% [${i + 1} ${p.name} ${size(n)}B/${size(Number(p.fields.get('Size') ?? 0))}B]`);
    });
    await c.wipe();
    if ('error' in got) {
      await c.say(`Err:${i + 1} ${what}\n  ${got.error}\n`);
      errors.push(`E: Failed to fetch ${urlOf(p)}  ${got.error}\n`);
      continue;
    }
    await c.say(`Get:${i + 1} ${what} [${size(got.bytes.length)}B]\n`);
    out.set(p, got.bytes);
  }
  fetcher.close();
  if (errors.length > 0) {
    await c.ctx.err(
      `${errors.join('')}E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n`,
    );
    return 100;
  }
  await c.say(`${fetchedLine(fetcher.received, sys.now() - start)}\n`);
  return out;
}

async function unpackAll(
  sys: Sys,
  c: Console,
  list: readonly Candidate[],
  got: ReadonlyMap<Candidate, Uint8Array>,
  db: DpkgDb,
): Promise<void> {
  const { ctx } = c;
  await ctx.err('debconf: delaying package configuration, since apt-utils is not installed\n');
  let first = true;
  for (const p of list) {
    await ctx.out(`Selecting previously unselected package ${p.name}.\n`);
    if (first) await ctx.out(reading(sys, db));
    first = false;
    const file = `${p.name}_${p.version.replace(':', '%3a')}_amd64.deb`;
    await ctx.out(
      `Preparing to unpack .../${list.length > 1 ? `${String(list.indexOf(p)).padStart(String(list.length - 1).length, '0')}-` : ''}${file} ...\nUnpacking ${p.name} (${p.version}) ...\n`,
    );
    await sys.cpu(40e6);
    const deb = openDeb(got.get(p) as Uint8Array);
    if (!deb) continue;
    db.add(paragraphs(deb.control)[0] ?? p.fields, unpack(sys, deb.data));
  }
  for (const p of list) {
    await sys.cpu(20e6);
    await ctx.out(`Setting up ${p.name} (${p.version}) ...\n`);
  }
  if (list.some((p) => p.name.startsWith('lib'))) await ctx.out('Processing triggers for libc-bin (2.42-4) ...\n');
}

/** dpkg counts what it knows; on a terminal in steps. */
export function reading(sys: Sys, db: DpkgDb): string {
  const done = `(Reading database ... ${db.fileCount()} files and directories currently installed.)\n`;
  if (!sys.isatty(1)) return done;
  const steps = Array.from({ length: 20 }, (_, i) => `(Reading database ... ${(i + 1) * 5}%\r`);
  return `(Reading database ... \r${steps.join('')}${done}`;
}

export async function remove(
  sys: Sys,
  c: Console,
  names: readonly string[],
  o: InstallOptions & { purge: boolean },
): Promise<number> {
  await preamble(c);
  const db = new DpkgDb(sys);
  const all = readCandidates(sys);
  for (const n of names) {
    if (db.get(n)) continue;
    if (!all.has(n)) {
      await c.ctx.err(`E: Unable to locate package ${n}\n`);
      return 100;
    }
    await c.say(`Package '${n}' is not installed, so not removed\n`);
  }
  const gone = names.filter((n) => db.get(n));
  if (gone.length > 0)
    await c.say(
      `The following packages will be REMOVED:\n${wrapped(gone.map((g) => g + (o.purge ? '*' : '')).sort(), columns(sys))}`,
    );
  await c.say(`0 upgraded, 0 newly installed, ${gone.length} to remove and 0 not upgraded.\n`);
  if (gone.length === 0) return 0;
  const disk = gone.reduce((n, g) => n + Number(db.get(g)?.get('Installed-Size') ?? 0) * 1024, 0);
  await c.say(`After this operation, ${size(disk)}B disk space will be freed.\n`);
  if (o.simulate) return 0;
  if (!o.yes && !(await agreed(sys, c))) return 1;
  await c.ctx.out(reading(sys, db));
  for (const g of gone) {
    await sys.cpu(30e6);
    await c.ctx.out(`Removing ${g} (${db.get(g)?.get('Version')}) ...\n`);
    db.remove(g);
  }
  return 0;
}
