/** A machine for rules of iptables, and what is asked of each: its words as -S prints them, and what -L -n says of it. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { splitWords } from '../../../src/linux/programs/iptables/save.ts';
import { makeMachine, type TestMachine } from './machine.ts';

/** Words as given, as -S prints them (empty: the same), what -L -n says behind the columns. */
export type RuleWords = readonly [given: string, saved: string, listed: string];

/** Within `describe`: a machine whose tables are empty before each test. @returns it, once tests run */
export function emptyTables(): () => TestMachine {
  let m: TestMachine;
  beforeAll(async () => {
    m = await makeMachine();
  });
  beforeEach(() => {
    const net = m.kernel.net(m.kernel.hostNetns);
    for (const table of net.nfTables(4)) net.nfFlush(4, table);
  });
  return () => m;
}

/** One test a rule: it is taken, saved, listed, and what -S prints is read back as the same rule. */
export function itSays(machine: () => TestMachine, rules: readonly RuleWords[]): void {
  it.each(rules)('%s', async (given, saved, listed) => {
    const m = machine();
    const words = splitWords(given);
    expect(await m.run(['iptables', ...words])).toMatchObject({ code: 0, stderr: '' });
    const table = words[0] === '-t' ? (words[1] as string) : 'filter';
    const expected = saved === '' ? given : saved;
    const all = (await m.sh(`iptables -t ${table} -S`)).stdout;
    expect(all.split('\n').filter((l) => l.startsWith('-A'))).toEqual([expected]);
    const rows = (await m.sh(`iptables -t ${table} -L -n`)).stdout.split('\n').filter((l) => /0\.0\.0\.0\/0/.test(l));
    expect(rows.map((r) => r.slice(r.lastIndexOf('0.0.0.0/0') + 9).trim())).toEqual([listed]);
    const again = splitWords(expected).slice(1);
    for (const how of ['-C', '-D'])
      expect(await m.run(['iptables', '-t', table, how, ...again])).toMatchObject({ code: 0, stderr: '' });
  });
}
