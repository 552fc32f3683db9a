/**
 * drydock bench [core|docker|page] [--json] [--quick]: prints how fast the lab is; --quick: fewer runs, a thousand flows only.
 * Of the core, --only TABLE measures one table, --flows N the paths with so many flows.
 */

import { loadavg } from 'node:os';
import { compileCore } from '../../linux/core/load.ts';
import { readArgs, type Subcommand, usageError, wholeNumber } from '../command.ts';
import { benchWasm, builtPage, coreWasm, openLab } from '../host.ts';
import { benchPaths, type Effort, FULL, QUICK } from './core.ts';
import { benchDocker, benchMany } from './docker.ts';
import { benchKeys } from './keys.ts';
import { kernel, nativeCore } from './native.ts';
import { benchPage } from './page.ts';
import { containerRows, idleRows, sizeRow, tcpRow } from './scale.ts';
import { traceRows } from './tracecost.ts';
import { benchUndo } from './undo.ts';

/** A table with a line for each row, numbers to the right. */
function table(rows: readonly object[]): string {
  const keys = [...new Set(rows.flatMap((r) => Object.keys(r)))];
  const cells = [keys, ...rows.map((r) => keys.map((k) => String((r as Record<string, unknown>)[k] ?? '')))];
  const widths = keys.map((_, i) => Math.max(...cells.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]): string =>
    row.map((c, i) => (i === 0 ? c.padEnd(widths[i] as number) : c.padStart(widths[i] as number))).join('  ');
  return `${cells.map(line).join('\n')}\n`;
}

type Print = (title: string, rows: readonly object[]) => void;

const TABLES = ['size', 'paths', 'trace', 'containers', 'idle', 'tcp'] as const;

/** All about the packet core, or one table of it. Each is printed as soon as it is complete. */
async function core(print: Print, effort: Effort, only: readonly string[]): Promise<void> {
  const module = await compileCore(benchWasm('core-bench'));
  const load = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;
  const before = load();
  const measure: Record<(typeof TABLES)[number], () => object[] | Promise<object[]>> = {
    // First: a million connections of what is measured later would be in the way of the garbage collector.
    size: async () => [await sizeRow(coreWasm(), () => openLab({ seed: 1 }))],
    paths: () => [...benchPaths(module, effort, nativeCore(effort.packets * 2), kernel(effort.packets / 4))],
    trace: async () => traceRows(module, await compileCore(benchWasm('core-bench-untraced')), effort),
    containers: () => containerRows(module, effort),
    idle: () => idleRows(module, effort),
    tcp: () => [tcpRow(module, effort.packets / 1000)],
  };
  for (const table of TABLES) if (only.includes(table)) print(`core ${table}`, await measure[table]());
  print('core machine', [{ loadBefore: before, loadAfter: load() }]);
}

export const bench: Subcommand = {
  name: 'bench',
  usage: 'bench [core|docker|page] [--only TABLE] [--flows N] [--json] [--quick]',
  summary: 'measure the packet core, a whole lab, or the page',
  async run(args) {
    const json = args.includes('--json');
    const parsed = readArgs(
      this,
      args.filter((a) => a !== '--json' && a !== '--quick'),
      { only: { type: 'string' }, flows: { type: 'string' } },
    );
    if (!parsed) return 2;
    const { only, flows } = parsed.values;
    if (only !== undefined && !(TABLES as readonly string[]).includes(only))
      return usageError(this, `tables of the core are ${TABLES.join(', ')}`);
    if (flows !== undefined && !wholeNumber(flows)) return usageError(this, `--flows wants a number, not '${flows}'`);
    const which = parsed.operands[0] ?? 'all';
    if (!['core', 'docker', 'page', 'all'].includes(which)) return usageError(this, `there is no benchmark '${which}'`);
    const print = (title: string, rows: readonly object[]): void => {
      const text = json
        ? rows.map((r) => `${JSON.stringify({ bench: title, ...r })}\n`).join('')
        : `${title}\n${table(rows)}\n`;
      process.stdout.write(text);
    };
    const quick = args.includes('--quick');
    if (which === 'page') {
      const { load, time, frames } = await benchPage(builtPage(), quick ? 3 : 9, quick ? 5 : 20);
      print('page load', load);
      print('page undo', time);
      print('page frames', frames);
      return 0;
    }
    const effort = { ...(quick ? QUICK : FULL), ...(flows && { flows: [Number(flows)] }) };
    if (which !== 'docker') await core(print, effort, only ? [only] : TABLES);
    if (which === 'core') return 0;
    print('docker', await benchDocker((seed) => openLab({ seed })));
    const { growth, lists } = await benchMany((seed) => openLab({ seed }));
    print('docker containers', growth);
    print('docker lists', lists);
    print('docker undo', await benchUndo(() => openLab({ seed: 1 })));
    print('docker keys', await benchKeys(() => openLab({ seed: 1 }), quick ? 100 : 400));
    return 0;
  },
};
