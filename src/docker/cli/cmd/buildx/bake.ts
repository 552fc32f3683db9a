/**
 * `docker buildx bake`: builds that a file describes.
 * Limits: targets are built one after another.
 * @see docker/buildx commands/bake.go
 */
import { Failure, failed } from '../../failure.ts';
import { parseFlags } from '../../flags/parse.ts';
import { ANY, command, flag } from '../../spec.ts';
import { build } from '../build/build.ts';
import { overridden, readFiles, resolved, type Target, targetsOf } from './bakefile.ts';

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
    ...(t.pull ? ['--pull'] : []),
    context,
  ];
}

/** `docker buildx bake` */
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
    const names = targetsOf(file, args.length > 0 ? args : ['default']);
    const found: Record<string, Target> = {};
    for (const name of names) {
      const t = resolved(file, name);
      if (failed(t)) return t;
      const { inherits: _, ...rest } = t;
      found[name] = { context: '.', dockerfile: 'Dockerfile', ...rest };
    }
    const targets = overridden(found, o.list('set'));
    if (failed(targets)) return targets;
    if (o.bool('print')) {
      const shown = { group: { default: { targets: names } }, target: targets };
      await ctx.out(`${JSON.stringify(shown, undefined, 2)}\n`);
      return 0;
    }
    for (const name of names) {
      const more = [
        '--progress',
        o.string('progress'),
        ...(o.string('builder') === '' ? [] : ['--builder', o.string('builder')]),
        ...['load', 'no-cache', 'pull', 'push'].filter((f) => o.bool(f)).map((f) => `--${f}`),
      ];
      const parsed = parseFlags(build.flags, [...more, ...wordsOf(targets[name] as Target)]);
      if (parsed.error) return new Failure(`ERROR: ${parsed.error}`);
      const done = await build.run?.(ctx, parsed.options, parsed.args);
      if (done !== 0) return done ?? 1;
    }
    return 0;
  },
});
