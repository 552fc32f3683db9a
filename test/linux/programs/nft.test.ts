/** recorded-nft.txt: rules of iptables 1.8.13 (nf_tables) on Linux 6.18, as -S and as nft 1.1.7 printed them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/linux/programs/iptables/save.ts';
import { makeMachine, type TestMachine } from './machine.ts';

interface Recorded {
  readonly table: string;
  readonly rule: string;
  readonly nft: string;
}

function recorded(): Recorded[] {
  const text = readFileSync(new URL('recorded-nft.txt', import.meta.url), 'utf8');
  const out: Recorded[] = [];
  let table = '';
  let rule: string | undefined;
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('== ')) table = line.slice(3);
    else if (rule === undefined) rule = line;
    else {
      out.push({ table, rule, nft: line });
      rule = undefined;
    }
  }
  return out;
}

/** Adds a rule to its table. */
async function add(m: TestMachine, table: string, rule: string): Promise<string> {
  const [family, name] = table.split(' ') as [string, string];
  const r = await m.run([family === 'ip6' ? 'ip6tables' : 'iptables', '-t', name, ...splitWords(rule)]);
  return r.stderr;
}

describe('nft', () => {
  it('writes each rule as recorded', async () => {
    const all = recorded();
    expect(all.length).toBeGreaterThan(250);
    const m = await makeMachine();
    await m.sh('iptables -N foo');
    for (const { table, rule } of all) expect([rule, await add(m, table, rule)]).toEqual([rule, '']);
    for (const table of new Set(all.map((r) => r.table))) {
      const r = await m.run(['nft', 'list', 'table', ...table.split(' ')]);
      const lines = r.stdout.split('\n').filter((l) => l.includes('counter packets'));
      const chains = new Map<string, string[]>();
      for (const x of all.filter((y) => y.table === table)) {
        const chain = x.rule.split(' ')[1] as string;
        chains.set(chain, [...(chains.get(chain) ?? []), x.nft]);
      }
      expect(lines.map((l) => l.trim())).toEqual([...chains.values()].flat());
    }
  });

  it('lists tables and chains in the order in which they were made, and warns of those with records of xtables', async () => {
    const m = await makeMachine();
    for (const line of [
      'iptables -t nat -N DOCKER',
      'iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
      'iptables -P FORWARD DROP',
      'iptables -N mine',
      'iptables -A mine -j RETURN',
      'iptables -t mangle -F',
      'ip6tables -t mangle -P OUTPUT ACCEPT',
      'iptables -A FORWARD -p tcp --dport 80 -j mine',
      'iptables -t security -P INPUT ACCEPT',
    ])
      expect((await m.sh(line)).stderr).toBe('');
    const all = await m.sh('nft -a list ruleset');
    expect(all.stderr).toBe('# Warning: table ip nat is managed by iptables-nft, do not touch!\n');
    expect(all.stdout).toBe(`table ip nat { # handle 1
\tchain DOCKER { # handle 1
\t}

\tchain PREROUTING { # handle 2
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\tfib daddr type local counter packets 0 bytes 0 jump DOCKER # handle 3
\t}
}
table ip filter { # handle 2
\tchain FORWARD { # handle 1
\t\ttype filter hook forward priority filter; policy drop;
\t\ttcp dport 80 counter packets 0 bytes 0 jump mine # handle 4
\t}

\tchain mine { # handle 2
\t\tcounter packets 0 bytes 0 return # handle 3
\t}
}
table ip6 mangle { # handle 3
\tchain OUTPUT { # handle 1
\t\ttype route hook output priority mangle; policy accept;
\t}
}
table ip security { # handle 4
\tchain INPUT { # handle 1
\t\ttype filter hook input priority 150; policy accept;
\t}
}
`);
    expect((await m.sh('nft list tables ip6')).stdout).toBe('table ip6 mangle\n');
    expect((await m.sh('nft -sn list chain nat PREROUTING')).stdout).toBe(
      'table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority -100; policy accept;\n\t\tfib daddr type local counter jump DOCKER\n\t}\n}\n',
    );
    expect((await m.sh('nft list chains ip6')).stdout).toBe(
      'table ip6 mangle {\n\tchain OUTPUT {\n\t\ttype route hook output priority mangle; policy accept;\n\t}\n}\n',
    );
    expect((await m.run(['nft', 'list tables ip6; list sets ip6'])).stdout).toBe(
      'table ip6 mangle\ntable ip6 mangle {\n}\n',
    );
  });

  it('counts what passed', async () => {
    const m = await makeMachine();
    await m.sh('iptables -A INPUT -p icmp -j ACCEPT');
    await m.sh('ping -c 2 172.17.0.1', 'cli');
    expect((await m.sh('nft list chain filter INPUT')).stdout).toContain(
      '\t\tip protocol icmp counter packets 2 bytes 168 accept\n',
    );
  });

  it('says what is wrong, and where', async () => {
    const m = await makeMachine();
    await m.sh('iptables -N foo');
    const errors: readonly (readonly [string, string])[] = [
      [
        'list chain ip filter NOPE',
        `Error: No such file or directory\nlist chain ip filter NOPE\n${' '.repeat(21)}^^^^\n`,
      ],
      ['list table ip6 filter', `Error: No such file or directory\nlist table ip6 filter\n${' '.repeat(15)}^^^^^^\n`],
      [
        'list chain filter',
        `Error: syntax error, unexpected newline\nexpected any of: <string>, last\nlist chain filter\n${' '.repeat(17)}^\n`,
      ],
      [
        'list ruleset foo',
        `Error: syntax error, unexpected string\nexpected any of: end of file, newline, semicolon, inet, netdev, bridge, arp, ip, ip6\nlist ruleset foo\n${' '.repeat(13)}^^^\n`,
      ],
      ['list tables -n ip', 'Error: syntax error, options must be specified before commands\n'],
    ];
    for (const [words, text] of errors) {
      const r = await m.sh(`nft ${words}`);
      expect([r.stderr, r.code]).toEqual([text, 1]);
    }
    expect((await m.sh('nft')).stderr).toBe('nft: no command specified\n');
    expect((await m.sh('nft list tables -n ip')).stdout).toBe('nft list tables -n ip \n   ^            ~~\n');
  });
});
