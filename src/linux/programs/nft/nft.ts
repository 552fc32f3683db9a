/** `nft`: lists and changes the rules of the machine. @see nftables src/main.c, src/rule.c: do_command */
import type { NfTableState } from '../../kernel/netadmin.ts';
import { type Context, defineProgram } from '../spec.ts';
import { apply } from './apply.ts';
import { isChange } from './change.ts';
import { type Listing, parseCommands } from './commands.ts';
import { CommandError, type Word } from './line.ts';
import { chainsText, familyWord, tableText, warning } from './list.ts';
import type { Style } from './rule.ts';

/** Finds a named thing or points at its name. */
function found<T>(thing: T | undefined, l: Listing, at: Word): T {
  if (thing === undefined) throw new CommandError('Error: No such file or directory', l.line, at);
  return thing;
}

/** What one command prints: the listing, and warnings. */
function answer(l: Listing, all: readonly NfTableState[], style: Style): { out: string; err: string } {
  const tables = all.filter((t) => l.family === undefined || familyWord(t.family) === l.family);
  const text = (f: (t: NfTableState) => string): string => tables.map(f).join('');
  switch (l.what) {
    case 'ruleset':
      return { out: text((t) => tableText(t, style)), err: text(warning) };
    case 'tables':
      return { out: text((t) => `table ${familyWord(t.family)} ${t.table}\n`), err: '' };
    case 'chains':
      return { out: text((t) => chainsText(t, style)), err: '' };
    case 'objects':
      return { out: text((t) => `table ${familyWord(t.family)} ${t.table} {\n}\n`), err: '' };
    default: {
      const at = l.table as Word;
      const family = l.family ?? 'ip';
      const table = found(
        all.find((t) => familyWord(t.family) === family && t.table === at.text),
        l,
        at,
      );
      if (!l.chain) return { out: tableText(table, style), err: warning(table) };
      const chain = found(
        table.chains.find((c) => c.name === l.chain?.text),
        l,
        l.chain,
      );
      return { out: tableText(table, style, chain), err: warning({ ...table, chains: [chain] }) };
    }
  }
}

/** An option behind the first command. @see nftables src/main.c: nft_options_check, nft_options_error */
async function misplaced(ctx: Context, index: number): Promise<number> {
  const words = [ctx.name, ...ctx.args];
  const at = words.slice(0, index + 1).join(' ').length;
  await ctx.out(`${words.join(' ')} \n   ^${' '.repeat(at - 3)}~~\n`);
  await ctx.err('Error: syntax error, options must be specified before commands\n');
  return 1;
}

async function run(ctx: Context): Promise<number> {
  const o = ctx.options;
  const numeric = o.has('numeric');
  const style: Style = {
    handles: o.has('handle'),
    stateless: o.has('stateless'),
    numericProtocol: numeric || o.has('numeric-protocol'),
    numericPriority: numeric || o.has('numeric-priority'),
    services: o.has('service'),
  };
  if (o.has('version')) {
    await ctx.out('nftables v1.1.7 (Commodore Bullmoose #8)\n');
    return 0;
  }
  if (ctx.operands.length === 0) return ctx.fail('no command specified');
  const late = ctx.args.findIndex((a, i) => a.startsWith('-') && i > ctx.args.indexOf(ctx.operands[0] as string));
  if (late >= 0) return misplaced(ctx, late);
  if (o.has('json')) return ctx.fail('JSON is not printed here');
  try {
    const commands = parseCommands(ctx.operands.join(' '));
    if (ctx.sys.getuid() !== 0) {
      await ctx.err('Operation not permitted (you must be root)\n');
      return 1;
    }
    for (const l of commands) {
      if (isChange(l)) {
        apply(ctx.sys.net, l);
        continue;
      }
      const { out, err } = answer(l, ctx.sys.net.nfRuleset(), style);
      await ctx.err(err);
      await ctx.out(out);
    }
    return 0;
  } catch (e) {
    if (!(e instanceof CommandError)) throw e;
    await ctx.err(`${e.message}\n`);
    return 1;
  }
}

/** The `nft` command. */
export const spec = defineProgram({
  name: 'nft',
  path: '/usr/sbin/nft',
  summary: 'Show and change the rules that nf_tables holds',
  synopsis: ['[ options ] [ cmds... ]'],
  order: 'posix',
  words: ['list', 'add', 'insert', 'delete', 'flush'],
  usageError: 'none',
  options: [
    { name: 'version', short: 'v', help: 'show the version' },
    { name: 'handle', short: 'a', help: 'show the handles of tables, chains and rules' },
    { name: 'stateless', short: 's', help: 'leave counters out' },
    { name: 'terse', short: 't', help: 'leave the contents of sets out' },
    { name: 'service', short: 'S', help: 'ports by the names of services' },
    { name: 'reversedns', short: 'N', help: 'ignored: addresses stay numbers' },
    { name: 'guid', short: 'u', help: 'ignored: users stay numbers' },
    { name: 'numeric', short: 'n', help: 'protocols and priorities as numbers' },
    { name: 'numeric-priority', short: 'y', help: 'priorities of chains as numbers' },
    { name: 'numeric-protocol', short: 'p', help: 'protocols as numbers' },
    { name: 'numeric-time', short: 'T', help: 'ignored: there are no times' },
    { name: 'json', short: 'j', help: 'refused' },
  ],
  run,
});
