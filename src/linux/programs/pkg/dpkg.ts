/** dpkg: packages from files, and questions about what is installed. @see dpkg src/main/main.c, src/query/main.c */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { openDeb } from './ar.ts';
import { dependencies, type Paragraph, paragraphs } from './control.ts';
import { DpkgDb } from './dpkgdb.ts';
import { reading } from './install.ts';
import { unpack } from './unpack.ts';

async function run(ctx: Context): Promise<number> {
  const { sys, args } = ctx;
  const [action = '', ...names] = args;
  const db = new DpkgDb(sys);
  switch (action) {
    case '-i':
    case '--install':
      return installFiles(ctx, db, names);
    case '-r':
    case '--remove':
    case '-P':
    case '--purge':
      return removeNames(ctx, db, names);
    case '-l':
    case '--list':
      return list(ctx, db, names);
    case '-L':
    case '--listfiles':
      return each(ctx, names, (n) =>
        db.get(n)
          ? `/.\n${db
              .files(n)
              .map((f) => `${f}\n`)
              .join('')}`
          : undefined,
      );
    case '-s':
    case '--status':
      return each(ctx, names, (n) => {
        const p = db.get(n);
        return p && `${[...p].map(([k, v]) => `${k}: ${v}\n`).join('')}`;
      });
    case '-S':
    case '--search': {
      let found = 0;
      for (const n of names) {
        const hits = db.all.flatMap((p) =>
          db
            .files(p.get('Package') ?? '')
            .filter((f) => f.includes(n))
            .map((f) => `${p.get('Package')}: ${f}\n`),
        );
        found += hits.length;
        if (hits.length > 0) await ctx.out(hits.join(''));
        else await ctx.err(`dpkg-query: no path found matching pattern *${n}*\n`);
      }
      return found > 0 ? 0 : 1;
    }
    case '--print-architecture':
      return ctx.out('amd64\n').then(() => 0);
    case '--get-selections':
      return ctx.out(db.all.map((p) => `${(p.get('Package') ?? '').padEnd(48)}install\n`).join('')).then(() => 0);
    case '--version':
      return ctx.out("Debian 'dpkg' package management program version 1.22.21 (amd64).\n").then(() => 0);
    case '':
      await ctx.err(
        "dpkg: error: need an action option\n\nType dpkg --help for help about installing and deinstalling packages [*];\nUse 'apt' or 'aptitude' for user-friendly package management;\n",
      );
      return 2;
    default:
      await ctx.err(`dpkg: error: unknown option ${action}\n`);
      return 2;
  }
}

async function each(
  ctx: Context,
  names: readonly string[],
  say: (name: string) => string | undefined,
): Promise<number> {
  let code = 0;
  for (const n of names) {
    const text = say(n);
    if (text !== undefined) await ctx.out(text);
    else {
      code = 1;
      await ctx.err(
        `dpkg-query: package '${n}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`,
      );
    }
  }
  return code;
}

async function installFiles(ctx: Context, db: DpkgDb, files: readonly string[]): Promise<number> {
  const { sys } = ctx;
  const done: Paragraph[] = [];
  let first = true;
  const broken: string[] = [];
  for (const file of files) {
    const bytes = sys.readFile(file);
    const deb = isErr(bytes) ? undefined : openDeb(bytes);
    const control = deb && paragraphs(deb.control)[0];
    if (!deb || !control) {
      const why = isErr(bytes)
        ? `cannot access archive '${file}': ${bytes.text}`
        : `error processing archive ${file} (--install):\n dpkg-deb: error: '${file}' is not a Debian format archive`;
      await ctx.err(`dpkg: error: ${why}\n`);
      if (isErr(bytes)) return 2;
      broken.push(file);
      continue;
    }
    const name = control.get('Package') ?? '';
    const version = control.get('Version') ?? '';
    if (!db.get(name)) await ctx.out(`Selecting previously unselected package ${name}.\n`);
    if (first) await ctx.out(reading(sys, db));
    first = false;
    await ctx.out(`Preparing to unpack ${file} ...\nUnpacking ${name} (${version}) ...\n`);
    db.add(control, unpack(sys, deb.data));
    done.push(control);
  }
  for (const p of done) {
    const missing = dependencies(p).filter((d) => !db.get(d));
    const name = p.get('Package') ?? '';
    if (missing.length > 0) {
      await ctx.err(
        `dpkg: dependency problems prevent configuration of ${name}:\n${missing.map((m) => ` ${name} depends on ${m}; however:\n  Package ${m} is not installed.\n`).join('')}\ndpkg: error processing package ${name} (--install):\n dependency problems - leaving unconfigured\n`,
      );
      broken.push(name);
    } else await ctx.out(`Setting up ${name} (${p.get('Version')}) ...\n`);
  }
  if (broken.length === 0) return 0;
  await ctx.err(`Errors were encountered while processing:\n${broken.map((b) => ` ${b}\n`).join('')}`);
  return 1;
}

async function removeNames(ctx: Context, db: DpkgDb, names: readonly string[]): Promise<number> {
  for (const n of names) {
    const p = db.get(n);
    if (!p) {
      await ctx.err(`dpkg: warning: ignoring request to remove ${n} which isn't installed\n`);
      continue;
    }
    await ctx.out(`${reading(ctx.sys, db)}Removing ${n} (${p.get('Version')}) ...\n`);
    db.remove(n);
  }
  return 0;
}

async function list(ctx: Context, db: DpkgDb, patterns: readonly string[]): Promise<number> {
  const fits = (name: string): boolean =>
    patterns.length === 0 ||
    patterns.some((p) =>
      new RegExp(
        `^${p
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
      ).test(name),
    );
  const rows = db.all.filter((p) => fits(p.get('Package') ?? ''));
  if (rows.length === 0) {
    for (const p of patterns) await ctx.err(`dpkg-query: no packages found matching ${p}\n`);
    return patterns.length > 0 ? 1 : 0;
  }
  const cells = rows.map(
    (p) => [p.get('Package') ?? '', p.get('Version') ?? '', 'amd64', p.get('Description') ?? ''] as const,
  );
  const w = [0, 1, 2].map((i) => Math.max([14, 12, 12][i] as number, ...cells.map((c) => (c[i] as string).length)));
  const line = (c: readonly string[]): string =>
    c
      .map((x, i) => (i < 3 ? x.padEnd(w[i] as number) : x))
      .join(' ')
      .trimEnd();
  await ctx.out(
    'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n' +
      `||/ ${line(['Name', 'Version', 'Architecture', 'Description'])}\n+++-${w.map((n) => '='.repeat(n)).join('-')}-${'='.repeat(32)}\n${cells.map((c) => `ii  ${line(c)}\n`).join('')}`,
  );
  return 0;
}

export const dpkgSpec = defineProgram({
  name: 'dpkg',
  path: '/usr/bin/dpkg',
  summary: 'Package manager for Debian',
  order: 'own',
  options: [
    { name: 'install', short: 'i', help: 'install package files' },
    { name: 'remove', short: 'r', help: 'remove a package' },
    { name: 'list', short: 'l', help: 'list packages' },
    { name: 'listfiles', short: 'L', help: 'list the files of a package' },
    { name: 'status', short: 's', help: 'say what is known of a package' },
    { name: 'search', short: 'S', help: 'find the package of a file' },
  ],
  run,
});
