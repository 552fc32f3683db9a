/** drydock run [FILE]: runs a bash script on node1 and prints what a terminal shows. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Capture, Lab } from '../lab/lab.ts';
import { isErr } from '../linux/kernel/errno.ts';
import { FilterError } from '../linux/programs/tcpdump/filter/parse.ts';
import { readArgs, type Subcommand, usageError, wholeNumber } from './command.ts';
import { openLab } from './host.ts';

/** Where the script lies in the lab. */
const SCRIPT = '/root/.drydock-script';

export const run: Subcommand = {
  name: 'run',
  usage:
    'run [--seed S] [--host NAME] [--save /path/in/lab=file]... [--capture FILE.pcapng [--capture-filter WORDS]] [FILE]',
  summary: 'run a bash script (or standard input) on node1',
  async run(args) {
    const parsed = readArgs(this, args, {
      seed: { type: 'string' },
      host: { type: 'string' },
      save: { type: 'string', multiple: true },
      capture: { type: 'string' },
      'capture-filter': { type: 'string' },
    });
    if (!parsed) return 2;
    const seed = wholeNumber(parsed.values.seed ?? '1');
    if (seed === undefined) return usageError(this, '--seed takes a whole number');
    const saves = (parsed.values.save ?? []).map((s) => s.split(/=(.*)/s, 2) as [string, string?]);
    if (saves.some(([from, to]) => !from.startsWith('/') || !to))
      return usageError(this, '--save takes /path/in/lab=file');
    if (parsed.operands.length > 1) return usageError(this, 'at most one FILE');
    let script: Uint8Array;
    try {
      script = readFileSync(parsed.operands[0] ?? 0);
    } catch (e) {
      process.stderr.write(`drydock run: ${(e as Error).message}\n`);
      return 1;
    }
    const lab = await openLab({ seed });
    const machine = lab.machine(parsed.values.host ?? 'node1');
    if (!machine) return usageError(this, `there is no machine '${parsed.values.host}'`);
    const capture = await startCapture(lab, parsed.values['capture-filter'], parsed.values.capture);
    if (capture === 'bad') return usageError(this, '--capture-filter: syntax error');
    machine.kernel.root.fs.writeFile(SCRIPT, script);
    const result = await lab.run(machine.name, `bash ${SCRIPT}`, {
      tty: { cols: process.stdout.columns || 80, rows: process.stdout.rows || 24 },
      echo: (bytes) => void process.stdout.write(bytes),
    });
    let exit = result.exit;
    if (capture) exit = save(capture, parsed.values.capture as string) ? exit : exit || 1;
    for (const [from, to] of saves) {
      const bytes = machine.kernel.root.fs.readFile(from);
      if (isErr(bytes)) {
        process.stderr.write(`drydock run: ${from}: ${bytes.text}\n`);
        exit = exit || 1;
      } else writeFileSync(to as string, bytes);
    }
    return exit;
  },
};

/** @returns undefined when no file is wanted, `bad` for a filter that is none */
async function startCapture(lab: Lab, filter?: string, file?: string): Promise<Capture | undefined | 'bad'> {
  try {
    return file === undefined ? undefined : await lab.capture(filter);
  } catch (e) {
    if (e instanceof FilterError) return 'bad';
    throw e;
  }
}

/** Ends a capture and writes its file. @returns whether that could be written */
function save(capture: Capture, file: string): boolean {
  capture.stop();
  if (capture.dropped > 0) process.stderr.write(`drydock run: ${capture.dropped} frames were lost\n`);
  try {
    writeFileSync(file, capture.bytes());
    return true;
  } catch (e) {
    process.stderr.write(`drydock run: ${(e as Error).message}\n`);
    return false;
  }
}
