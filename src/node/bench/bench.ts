/** drydock bench [core|docker] [--json]: prints how fast the lab is. */
import { readArgs, type Subcommand, usageError } from '../command.ts';
import { coreWasm, openLab } from '../host.ts';
import { benchCore } from './core.ts';
import { benchDocker } from './docker.ts';

/** A table with a line for each row, numbers to the right. */
function table(rows: readonly object[]): string {
  const keys = Object.keys(rows[0] ?? {});
  const cells = [keys, ...rows.map((r) => keys.map((k) => String((r as Record<string, unknown>)[k])))];
  const widths = keys.map((_, i) => Math.max(...cells.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]): string =>
    row.map((c, i) => (i === 0 ? c.padEnd(widths[i] as number) : c.padStart(widths[i] as number))).join('  ');
  return `${cells.map(line).join('\n')}\n`;
}

export const bench: Subcommand = {
  name: 'bench',
  usage: 'bench [core|docker] [--json]',
  summary: 'measure the packet core and a whole lab',
  async run(args) {
    const json = args.includes('--json');
    const parsed = readArgs(
      this,
      args.filter((a) => a !== '--json'),
      {},
    );
    if (!parsed) return 2;
    const which = parsed.operands[0] ?? 'all';
    if (!['core', 'docker', 'all'].includes(which)) return usageError(this, `there is no benchmark '${which}'`);
    const print = (title: string, rows: readonly object[]): void => {
      const text = json
        ? rows.map((r) => `${JSON.stringify({ bench: title, ...r })}\n`).join('')
        : `${title}\n${table(rows)}\n`;
      process.stdout.write(text);
    };
    if (which !== 'docker') print('core', await benchCore(coreWasm()));
    if (which !== 'core') print('docker', await benchDocker((seed) => openLab({ seed })));
    return 0;
  },
};
