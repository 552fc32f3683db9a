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

  it('adds, inserts and deletes rules by handle, which iptables shows too', async () => {
    const m = await makeMachine();
    for (const line of [
      'iptables -N DOCKER-USER',
      'iptables -A FORWARD -j DOCKER-USER',
      'iptables -A DOCKER-USER -j RETURN',
      'nft insert rule ip filter DOCKER-USER ip saddr 10.0.0.0/8 tcp dport 80 counter drop',
      'nft add rule ip filter DOCKER-USER iifname eth0 udp dport domain accept',
      'nft add rule filter DOCKER-USER ip daddr 10.1.2.3/8 return',
      'nft insert rule ip filter DOCKER-USER ip protocol icmp counter drop',
      'nft add rule ip filter DOCKER-USER tcp dport 80-90 counter',
      'nft insert rule ip filter DOCKER-USER handle 5 tcp sport != 99 accept',
      'nft add rule ip filter DOCKER-USER handle 5 ip protocol tcp tcp sport 98 accept',
      'nft add rule ip filter DOCKER-USER oifname != docker* ip daddr 1.2.3.4 meta l4proto 47 ip saddr 1.2.3.5 goto DOCKER-USER2',
    ]) {
      const r = await m.sh(line);
      if (!line.endsWith('USER2')) expect([line, r.stdout, r.stderr, r.code]).toEqual([line, '', '', 0]);
      else expect(r.stderr).toContain('Could not process rule: No such file or directory');
    }
    expect((await m.sh('nft -a list chain ip filter DOCKER-USER')).stdout).toBe(`table ip filter {
	chain DOCKER-USER { # handle 1
		ip protocol icmp counter packets 0 bytes 0 drop # handle 8
		tcp sport != 99 accept # handle 10
		ip saddr 10.0.0.0/8 tcp dport 80 counter packets 0 bytes 0 drop # handle 5
		tcp sport 98 accept # handle 11
		counter packets 0 bytes 0 return # handle 4
		iifname "eth0" udp dport 53 accept # handle 6
		ip daddr 10.0.0.0/8 return # handle 7
		tcp dport 80-90 counter packets 0 bytes 0 # handle 9
	}
}
`);
    expect((await m.sh('iptables -S DOCKER-USER')).stdout).toBe(`-N DOCKER-USER
-A DOCKER-USER -p icmp -j DROP
-A DOCKER-USER -p tcp -m tcp ! --sport 99 -j ACCEPT
-A DOCKER-USER -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j DROP
-A DOCKER-USER -p tcp -m tcp --sport 98 -j ACCEPT
-A DOCKER-USER -j RETURN
-A DOCKER-USER -i eth0 -p udp -m udp --dport 53 -j ACCEPT
-A DOCKER-USER -d 10.0.0.0/8 -j RETURN
-A DOCKER-USER -p tcp -m tcp --dport 80:90
`);
    expect((await m.sh('iptables -C DOCKER-USER -d 10.0.0.0/8 -j RETURN')).code).toBe(0);
    expect((await m.sh('nft delete rule ip filter DOCKER-USER handle 8')).code).toBe(0);
    expect((await m.sh('nft -a list chain filter DOCKER-USER')).stdout).not.toContain('# handle 8');
    await m.run(['nft', 'flush chain ip filter DOCKER-USER; add rule ip filter DOCKER-USER accept']);
    expect((await m.sh('iptables -S DOCKER-USER')).stdout).toBe('-N DOCKER-USER\n-A DOCKER-USER -j ACCEPT\n');
    await m.sh('nft flush table ip filter');
    expect((await m.sh('iptables -S')).stdout).toBe(
      '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n-N DOCKER-USER\n',
    );
  });

  it('makes rules that packets meet; only those with a counter count', async () => {
    const m = await makeMachine();
    await m.sh('iptables -P INPUT ACCEPT');
    await m.sh('nft add rule ip filter INPUT ip protocol icmp counter');
    await m.sh('nft add rule ip filter INPUT ip saddr 172.17.0.3 ip protocol icmp reject');
    const ping = await m.sh('ping -c 2 172.17.0.1', 'cli');
    expect(ping.stdout).toContain('Destination Port Unreachable');
    expect((await m.sh('nft list chain filter INPUT')).stdout).toContain(
      '\t\tip protocol icmp counter packets 2 bytes 168\n\t\tip saddr 172.17.0.3 ip protocol icmp reject\n',
    );
    expect((await m.sh('nft flush chain filter INPUT')).code).toBe(0);
    expect((await m.sh('ping -c 1 172.17.0.1', 'cli')).code).toBe(0);
  });

  it('makes rules that iptables cannot read', async () => {
    const m = await makeMachine();
    await m.sh('iptables -N DOCKER-USER');
    await m.sh('nft add rule ip filter DOCKER-USER ct state new,established counter accept');
    expect((await m.sh('nft list table filter')).stdout).toContain(
      '\t\tct state established,new counter packets 0 bytes 0 accept\n',
    );
    expect((await m.sh('nft list table filter')).stderr).toBe('');
    const all = await m.sh('iptables -S');
    expect([all.stderr, all.code]).toEqual([
      "iptables v1.8.13 (nf_tables): table `filter' is incompatible, use 'nft' tool.\n",
      1,
    ]);
    expect((await m.sh('iptables -vnL DOCKER-USER')).stderr).toBe(
      "iptables v1.8.13 (nf_tables): chain `DOCKER-USER' in table `filter' is incompatible, use 'nft' tool.\n",
    );
    expect((await m.sh('iptables-save')).stdout).toBe("# Table `filter' is incompatible, use 'nft' tool.\n");
    expect((await m.sh('iptables -A DOCKER-USER -j RETURN')).code).toBe(0);
    const same = await m.sh('iptables -C DOCKER-USER -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT');
    expect(same.code).toBe(1);
    await m.sh('nft flush chain filter DOCKER-USER');
    await m.sh('nft add rule filter DOCKER-USER reject');
    expect((await m.sh('iptables -C DOCKER-USER -j REJECT')).code).toBe(1);
    expect((await m.sh('nft list chain filter DOCKER-USER')).stdout).toContain('\t\treject\n');
  });

  it('flushes the ruleset: no table is left, and the next one has the next handle', async () => {
    const m = await makeMachine();
    for (const line of [
      'iptables -N DOCKER-USER',
      'iptables -A FORWARD -j DOCKER-USER',
      'iptables -P FORWARD DROP',
      'ip6tables -N mine',
      'nft flush ruleset ip',
    ])
      expect((await m.sh(line)).stderr).toBe('');
    expect((await m.sh('nft list tables')).stdout).toBe('table ip6 filter\n');
    expect((await m.sh('nft flush ruleset')).code).toBe(0);
    expect((await m.sh('nft list ruleset')).stdout).toBe('');
    expect((await m.sh('iptables -S')).stdout).toBe('-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n');
    await m.sh('iptables -N foo');
    expect((await m.sh('nft -a list ruleset')).stdout).toBe(
      'table ip filter { # handle 3\n\tchain foo { # handle 1\n\t}\n}\n',
    );
  });

  it('refuses changes as nft does, under the word that is wrong', async () => {
    const m = await makeMachine();
    await m.sh('iptables -N DOCKER-USER');
    await m.sh('iptables -A FORWARD -j DOCKER-USER');
    const none = 'Could not process rule: No such file or directory';
    const to = 'rule ip filter DOCKER-USER';
    const errors: readonly (readonly [string, string, string])[] = [
      [`delete ${to} handle 99`, none, '99'],
      ['delete rule ip filter NOPE handle 99', none, 'NOPE'],
      ['flush chain ip nope NOPE', none, 'nope'],
      ['flush table ip nope', none, 'nope'],
      ['add rule ip filter NOPE drop', none, 'NOPE'],
      [`add ${to} jump NOPE`, none, 'NOPE'],
      [`add ${to} jump FORWARD`, 'Could not process rule: Operation not supported', 'FORWARD'],
      [`add ${to} handle 99 drop`, none, '99'],
      [`add ${to} ip saddr 1.2.3.4/33 drop`, 'Prefix length 33 is invalid for type of 32 bits width', '1.2.3.4/33'],
      [`add ${to} tcp dport 70000 drop`, 'Service out of range', '70000'],
      [`add ${to} tcp dport nope drop`, 'Could not resolve service: Servname not supported for ai_socktype', 'nope'],
      [`add ${to} tcp dport 90-80 drop`, 'Range has zero or negative size', '90-80'],
      [`add ${to} ct state bogus drop`, 'Could not parse conntrack state', 'bogus'],
      [`add ${to} limit rate 1/second drop`, 'limit is not carried out here', 'limit'],
      [`add ${to} log`, 'log is not carried out here', 'log'],
      ['add table ip mine', 'add table is not carried out here, only add rule', 'table'],
      ['rename chain ip filter DOCKER-USER x', 'rename is not carried out here', 'rename'],
      [`delete ${to} 7`, 'syntax error, unexpected number\nexpected any of: handle', '7'],
    ];
    for (const [line, text, word] of errors) {
      const at = line.lastIndexOf(word);
      const r = await m.sh(`nft ${line}`);
      const mark = `${' '.repeat(at)}${'^'.repeat(word.length)}`;
      expect([r.stderr, r.code]).toEqual([`Error: ${text}\n${line}\n${mark}\n`, 1]);
    }
    expect((await m.sh(`nft add ${to} drop accept`)).stderr).toBe(
      `Error: Statement after terminal statement has no effect\nadd ${to} drop accept\n${' '.repeat(31)}~~~~ ^^^^^^\n`,
    );
    const loop = `add ${to} jump DOCKER-USER`;
    expect((await m.sh(`nft ${loop}`)).stderr).toBe(
      `Error: Could not process rule: Too many links\n${loop}\n${'^'.repeat(loop.length)}\n`,
    );
    expect((await m.sh('iptables -S DOCKER-USER')).stdout).toBe('-N DOCKER-USER\n');
  });
});
