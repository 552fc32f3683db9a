import { describe, expect, it } from 'vitest';
import { getopt } from '../../../src/linux/programs/getopt.ts';
import { makeMachine } from './machine.ts';

describe('getopt_long', () => {
  const table = [
    { name: 'all', short: 'a' },
    { name: 'alpha' },
    { name: 'size', short: 's', arg: 'required' as const },
    { name: 'color', arg: 'optional' as const },
  ];
  it.each([
    [['-z'], "p: invalid option -- 'z'"],
    [['--zed'], "p: unrecognized option '--zed'"],
    [['-s'], "p: option requires an argument -- 's'"],
    [['--size'], "p: option '--size' requires an argument"],
    [['--all=1'], "p: option '--all' doesn't allow an argument"],
    [['--al'], "p: option '--al' is ambiguous; possibilities: '--all' '--alpha'"],
  ])('%j is refused with glibc’s words', (args, error) => {
    expect(getopt('p', args, table)).toMatchObject({ error });
  });

  it('takes clusters, values, abbreviations and operands anywhere', () => {
    const r = getopt('p', ['x', '-as3', '--si=4', '--color', 'y', '--', '-a'], table);
    if ('error' in r) throw new Error(r.error);
    expect(r.operands).toEqual(['x', 'y', '-a']);
    expect(r.options.values('size')).toEqual(['3', '4']);
    expect(r.options.count('all')).toBe(1);
    expect(r.options.value('color')).toBe('');
  });
});

describe('process tools', () => {
  it('timeout ends a command with 124, or 137 when it had to be killed', async () => {
    const m = await makeMachine();
    expect((await m.sh('timeout 1 sleep 5')).code).toBe(124);
    expect((await m.sh('timeout 5 sleep 1')).code).toBe(0);
    expect((await m.sh('timeout -s KILL 1 sleep 5')).code).toBe(137);
    expect((await m.sh('timeout 1 nosuch')).code).toBe(127);
  });

  it('ps shows the columns asked for', async () => {
    const m = await makeMachine();
    const p = m.start(['sleep', '1000']);
    await m.pass(1e9);
    const line = (await m.sh('ps -eo pid,ppid,user,args --no-headers')).stdout
      .split('\n')
      .find((l) => l.endsWith('sleep 1000'));
    expect(line).toBe(`${String(p.pid).padStart(7)} ${'1'.padStart(7)} root     sleep 1000`);
    expect((await m.sh('busybox ps')).stdout.split('\n')[0]).toBe('PID   USER     COMMAND');
    expect((await m.sh('pgrep sleep')).stdout).toBe(`${p.pid}\n`);
    expect((await m.sh('pkill sleep')).code).toBe(0);
    expect((await m.until(p.exited)).signal).toBe(15);
    expect(await m.sh(`kill ${p.pid}`)).toMatchObject({ code: 1, stderr: `kill: (${p.pid}): No such process\n` });
  });

  it('top of busybox goes on without a terminal until a signal comes', async () => {
    const m = await makeMachine();
    const p = m.start(['busybox', 'top']);
    await m.pass(60e9);
    expect(p.alive).toBe(true);
    m.kernel.kill(p.pid, 15);
    expect((await m.until(p.exited)).signal).toBe(15);
  });
});
