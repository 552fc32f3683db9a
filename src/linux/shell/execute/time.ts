/**
 * The reserved word `time`.
 * Limits: all CPU time is told as user time; TIMEFORMAT knows %R %U %S %P %%.
 * @see bash execute_cmd.c: time_command
 */
import type { Shell } from '../shell.ts';

/** CPU time used by processes that this shell waited for is not known to it; the table has its own only. */
function cpuOf(sh: Shell): number {
  return sh.sys.processes().find((p) => p.pid === sh.sys.pid)?.cpu ?? 0;
}

function clockText(ns: number, digits: number): string {
  const s = ns / 1e9;
  return s.toFixed(digits);
}

/** Runs and then prints the times on standard error. */
export async function timed(sh: Shell, body: () => Promise<number>, posix: boolean): Promise<number> {
  const start = sh.sys.now();
  const cpu = cpuOf(sh);
  const status = await body();
  const real = sh.sys.now() - start;
  const user = Math.min(real, cpuOf(sh) - cpu);
  const format =
    sh.vars.get('TIMEFORMAT') ?? (posix ? 'real %2R\nuser %2U\nsys %2S' : '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS');
  if (format === '') return status;
  const text = format.replace(/%(\d?)(l?)([RUSP%])/g, (_, p: string, long: string, what: string) => {
    if (what === '%') return '%';
    const digits = p === '' ? 3 : Math.min(3, Number(p));
    if (what === 'P') return (real === 0 ? 0 : (user / real) * 100).toFixed(2);
    const ns = what === 'R' ? real : what === 'U' ? user : 0;
    if (long === '') return clockText(ns, digits);
    return `${Math.floor(ns / 60e9)}m${clockText(ns % 60e9, digits)}s`;
  });
  await sh.write(2, `${text}\n`);
  return status;
}
