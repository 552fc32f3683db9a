/**
 * `docker buildx bake`: builds that a file describes.
 * Limits: the file is JSON; targets are built one after another.
 * @see docker/buildx commands/bake.go, bake/bake.go
 */
import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { parseFlags } from '../../flags/parse.ts';
import { ANY, command, flag } from '../../spec.ts';
import { build } from '../build/build.ts';

interface Target {
  readonly context?: string;
  readonly dockerfile?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly target?: string;
  readonly inherits?: readonly string[];
  readonly output?: readonly string[];
  readonly platforms?: readonly string[];
  readonly secret?: readonly string[];
  readonly contexts?: Readonly<Record<string, string>>;
  readonly 'no-cache'?: boolean;
}

interface File {
  readonly group?: Readonly<Record<string, { readonly targets: readonly string[] }>>;
  readonly target?: Readonly<Record<string, Target>>;
}

const FILES = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-bake.json',
  'docker-bake.hcl',
  'docker-bake.override.json',
  'docker-bake.override.hcl',
];

function readFiles(ctx: Ctx, given: readonly string[]): File | Failure {
  const names = given.length > 0 ? given : FILES.filter((f) => !isErr(ctx.sys.stat(f)));
  if (names.length === 0) return new Failure("ERROR: couldn't find a bake definition");
  let out: File = {};
  for (const name of names) {
    const bytes = ctx.sys.readFile(name);
    if (isErr(bytes)) return new Failure(`ERROR: open ${name}: ${bytes.text.toLowerCase()}`);
    let file: File;
    try {
      file = JSON.parse(text(bytes)) as File;
    } catch {
      return new Failure(`ERROR: ${name}: this laboratory's bake reads JSON only`);
    }
    out = { group: { ...out.group, ...file.group }, target: { ...out.target, ...file.target } };
  }
  return out;
}

/** A target with what it inherits. */
function resolved(file: File, name: string): Target | Failure {
  const own = file.target?.[name];
  if (!own) return new Failure(`ERROR: failed to find target ${name}`);
  let out: Target = {};
  for (const parent of own.inherits ?? []) {
    const from = resolved(file, parent);
    if (failed(from)) return from;
    out = merge(out, from);
  }
  return merge(out, own);
}

const merge = (a: Target, b: Target): Target => ({
  ...a,
  ...b,
  ...(a.args || b.args ? { args: { ...a.args, ...b.args } } : {}),
  ...(a.labels || b.labels ? { labels: { ...a.labels, ...b.labels } } : {}),
});

/** Targets of names, through groups. */
function targetsOf(file: File, names: readonly string[]): string[] {
  return names.flatMap((n) => {
    const group = file.group?.[n];
    if (group) return targetsOf(file, group.targets);
    return n === 'default' && !file.target?.default ? Object.keys(file.target ?? {}).slice(0, 0) : [n];
  });
}

/** The words of a build that does the same. */
function wordsOf(t: Target): string[] {
  const context = t.context ?? '.';
  const file = t.dockerfile ?? 'Dockerfile';
  const path = file.startsWith('/') || context.includes('://') ? file : `${context}/${file}`;
  const map = (name: string, values: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(values).flatMap(([k, v]) => [`--${name}`, `${k}=${v}`]);
  const list = (name: string, values: readonly string[] = []): string[] => values.flatMap((v) => [`--${name}`, v]);
  return [
    ...['--file', path],
    ...map('build-arg', t.args),
    ...map('label', t.labels),
    ...map('build-context', t.contexts),
    ...list('tag', t.tags),
    ...list('output', t.output),
    ...list('platform', t.platforms),
    ...list('secret', t.secret),
    ...(t.target === undefined ? [] : ['--target', t.target]),
    ...(t['no-cache'] ? ['--no-cache'] : []),
    context,
  ];
}

export const bake = command({
  path: ['buildx', 'bake'],
  buildx: true,
  aliases: ['buildx bake', 'buildx f'],
  use: '[OPTIONS] [TARGET...]',
  short: 'Do the builds that a file describes',
  args: ANY,
  flags: [
    flag('builder', 'string', 'Builder that is to do it'),
    flag('file', 'stringArray', 'File that describes them', { short: 'f' }),
    flag('load', 'bool', 'Short for --set=*.output=type=docker'),
    flag('no-cache', 'bool', 'Do each step anew'),
    flag('print', 'bool', 'Show what would be built'),
    flag('progress', 'string', 'How progress is shown', { default: 'auto' }),
    flag('pull', 'bool', 'Pull the images of FROM anew'),
    flag('push', 'bool', 'Short for --set=*.output=type=registry'),
    flag('set', 'stringArray', 'Change a value (target.key=value)'),
  ],
  run: async (ctx, o, args) => {
    const file = readFiles(ctx, o.list('file'));
    if (failed(file)) return file;
    const asked = args.length > 0 ? args : ['default'];
    const names = [...new Set(targetsOf(file, asked))];
    if (names.length === 0) return new Failure('ERROR: failed to find target default');
    const targets: Record<string, Target> = {};
    for (const name of names) {
      const t = resolved(file, name);
      if (failed(t)) return t;
      const { inherits: _, ...rest } = t;
      targets[name] = { context: '.', dockerfile: 'Dockerfile', ...rest };
    }
    if (o.bool('print')) {
      const shown = { group: { default: { targets: names } }, target: targets };
      await ctx.out(`${JSON.stringify(shown, undefined, 2)}\n`);
      return 0;
    }
    for (const name of names) {
      const more = [
        '--progress',
        o.string('progress'),
        ...['no-cache', 'pull', 'push'].filter((f) => o.bool(f)).map((f) => `--${f}`),
      ];
      const parsed = parseFlags(build.flags, [...more, ...wordsOf(targets[name] as Target)]);
      if (parsed.error) return new Failure(`ERROR: ${parsed.error}`);
      const done = await build.run?.(ctx, parsed.options, parsed.args);
      if (done !== 0) return done ?? 1;
    }
    return 0;
  },
});
