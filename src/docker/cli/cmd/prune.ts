/** The `prune` commands: they ask, remove, and tell what went. @see docker/cli cli/command/container/prune.go and its like */
import type { Ctx } from '../context.ts';
import { type Failure, failed } from '../failure.ts';
import { humanSize } from '../formatter/units.ts';
import { type CommandSpec, command, type FlagSpec, flag, NONE } from '../spec.ts';

/** What went: a heading and a line each, or nothing; bytes, where there are any to tell of. */
export interface Pruned {
  readonly text: string;
  readonly reclaimed?: number;
}

export interface PruneSpec {
  /** `container` */
  readonly kind: string;
  readonly short: string;
  /** What a filter may be, for the help text. */
  readonly condition: string;
  readonly all?: string;
  /** Flags that do not go together. */
  check?(all: boolean, filters: readonly string[]): Failure | undefined;
  /** What the question says will go: `all stopped containers`. */
  warning(all: boolean): string;
  remove(ctx: Ctx, all: boolean, filters: readonly string[]): Promise<Pruned | Failure>;
}

/** A heading with a line for each name; nothing without names. */
export function wentList(heading: string, names: readonly string[] | null): string {
  return names && names.length > 0 ? `${heading}:\n${names.map((n) => `${n}\n`).join('')}` : '';
}

/**
 * The filters that are asked for and those of config.json. One for a label counts only when some opposite is asked for,
 * and not its own: a match against no values at all is a match.
 * @see docker/cli cli/command/utils.go: PruneFilters
 */
export function pruneFilters(ctx: Ctx, given: readonly string[]): string[] {
  const out = [...given];
  for (const filter of Object.values(ctx.contexts.config.map<string>('pruneFilters'))) {
    const [, key, value] = /^(.*?)=(.*)$/s.exec(filter) ?? [];
    if (key === undefined) continue;
    const opposites = given.filter((g) => g.startsWith(key === 'label' ? 'label!=' : 'label='));
    const matches = opposites.length === 0 || opposites.some((g) => g.endsWith(`=${value}`));
    if (!/^label!?$/.test(key) || !matches) out.push(filter);
  }
  return out;
}

export function pruneCommand(spec: PruneSpec): CommandSpec {
  const flags: FlagSpec[] = [
    flag('force', 'bool', 'Do not ask', { short: 'f' }),
    flag('filter', 'filter', `Only those that meet a condition (${spec.condition})`),
  ];
  if (spec.all !== undefined) flags.push(flag('all', 'bool', spec.all, { short: 'a' }));
  return command({
    path: [spec.kind, 'prune'],
    use: '[OPTIONS]',
    short: spec.short,
    args: NONE,
    flags,
    run: async (ctx, o) => {
      const all = spec.all !== undefined && o.bool('all');
      const wrong = spec.check?.(all, o.list('filter'));
      if (wrong) return wrong;
      const question = `WARNING! This will remove ${spec.warning(all)}.\nAre you sure you want to continue?`;
      if (!o.bool('force') && !(await ctx.confirm(question))) return 0;
      const done = await spec.remove(ctx, all, pruneFilters(ctx, o.list('filter')));
      if (failed(done)) return done;
      if (done.text !== '') await ctx.out(`${done.text}\n`);
      if (done.reclaimed !== undefined) await ctx.out(`Total reclaimed space: ${humanSize(done.reclaimed)}\n`);
      return 0;
    },
  });
}
