/** Every room of src and wasm/assembly has a README of at most 30 lines; what READMEs name exists. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOST_LINES = 30;
const SOURCE = /\.(ts|svelte)$/;
const NAMED_FILE = /^[\w.@-]+(?:\/[\w.@-]+)*(?:\.(?:ts|svelte|md|mjs|yaml|jsonl)|\/)$/;

/** All folders at and below `top`, without those that hold no sources of ours. */
function folders(top: string): string[] {
  const below = readdirSync(top, { withFileTypes: true }).filter((e) => e.isDirectory() && e.name !== 'node_modules');
  return [top, ...below.flatMap((e) => folders(join(top, e.name)))];
}

/** Texts between backticks, code blocks left out. */
function quoted(text: string): string[] {
  const prose = text.replace(/^ {4}.*$/gm, '').replace(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((m) => m[1] ?? '');
}

/** Files and folders a README names: `wire.ts`, `filter/parse.ts`, `net/`; a form with capitals (`OBJECT/…`) is not a name. */
function namedFiles(text: string): string[] {
  return quoted(text).filter((t) => NAMED_FILE.test(t) && !/^[A-Z]{4,}\//.test(t) && !/\/[A-Z]{4,}\./.test(t));
}

/**
 * Does the name stand for a file? It is looked for from the README's folder and each folder above it, from src, and
 * (a list may go on without repeating the folder) in the folders below.
 */
function resolves(folder: string, name: string): boolean {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    above.push(at);
    if (join(at, '/') === join(ROOT, '/')) break;
  }
  const places = [...above, join(ROOT, 'src'), ...folders(folder)];
  return places.some((place) => existsSync(join(place, name)));
}

/** The folder's README, or for a leaf folder that its parent's README names, the parent's. */
function readmeOf(folder: string): string | undefined {
  const own = join(folder, 'README.md');
  if (existsSync(own)) return own;
  const leaf = readdirSync(folder).every((name) => !statSync(join(folder, name)).isDirectory());
  const parent = join(dirname(folder), 'README.md');
  if (!leaf || !existsSync(parent)) return undefined;
  const names = quoted(readFileSync(parent, 'utf8'));
  return names.some((n) => n.startsWith(`${basename(folder)}/`)) ? parent : undefined;
}

const rooms = ['src', 'wasm/assembly'].flatMap((top) => folders(join(ROOT, top)));
const readmes = [ROOT, ...['src', 'wasm', 'lessons', 'test'].flatMap((top) => folders(join(ROOT, top)))]
  .map((folder) => join(folder, 'README.md'))
  .filter((file) => existsSync(file));

describe('READMEs', () => {
  it('stand in every folder with two or more sources', () => {
    const without = rooms
      .filter((folder) => readdirSync(folder).filter((name) => SOURCE.test(name)).length >= 2)
      .filter((folder) => readmeOf(folder) === undefined);
    expect(rooms.length).toBeGreaterThan(30);
    expect(without.map((folder) => relative(ROOT, folder))).toEqual([]);
  });

  it('are short', () => {
    const long = rooms
      .map((folder) => join(folder, 'README.md'))
      .filter((file) => existsSync(file) && readFileSync(file, 'utf8').trimEnd().split('\n').length > MOST_LINES);
    expect(long.map((file) => relative(ROOT, file))).toEqual([]);
  });

  it('name files that exist', () => {
    const named = readmes.flatMap((file) =>
      namedFiles(readFileSync(file, 'utf8')).map((name) => ({
        file: relative(ROOT, file),
        folder: dirname(file),
        name,
      })),
    );
    expect(named.length).toBeGreaterThan(200);
    const missing = named.filter(({ folder, name }) => !resolves(folder, name));
    expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  it('would be seen to name a file that is not there', () => {
    expect(namedFiles('a `gone.ts` in `no/such/`, but `OBJECT/SUBCOMMAND.ts` and `docker ps` are no files')).toEqual([
      'gone.ts',
      'no/such/',
    ]);
    expect(resolves(join(ROOT, 'src/base'), 'gone.ts')).toBe(false);
    expect(resolves(join(ROOT, 'src/base'), 'clock.ts')).toBe(true);
  });
});

describe('commands in the top README', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');

  it('are scripts of package.json', () => {
    const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);
    const used = [...text.matchAll(/npm (?:run )?([a-z]+)/g)].map((m) => m[1]).filter((name) => name !== 'ci');
    expect(used).toContain('start');
    expect(used.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
  });

  it('are subcommands of drydock', () => {
    const help = spawnSync(process.execPath, [join(ROOT, 'scripts/drydock.mjs'), '--help'], {
      encoding: 'utf8',
    }).stdout;
    const known = [...help.matchAll(/^ {2}([a-z]+) /gm)].map((m) => m[1]);
    const used = [...text.matchAll(/npx drydock ([a-z]+)/g)].map((m) => m[1]);
    expect(used.length).toBeGreaterThan(2);
    expect(used.filter((name) => !known.includes(name))).toEqual([]);
  });
});
