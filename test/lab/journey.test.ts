/** The way of a packet through a lab, told in words: a published port, isolated networks, errors, filters. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { EventKind, Journey } from '../../src/lab/journey/event.ts';
import { isKnown, Reader } from '../../src/lab/journey/read.ts';
import { type Lang, placeOf, sentence, WORDS } from '../../src/lab/journey/words.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { Drop, TraceWhat } from '../../src/linux/core/trace.ts';
import { openLab } from '../../src/node/host.ts';

/** Traces what a command causes. */
async function traced(lab: Lab, host: string, command: string, what: boolean | string = true): Promise<Journey[]> {
  const { next } = lab.journeys(0);
  await lab.trace(what);
  await lab.run(host, command);
  await lab.pass(1e9);
  await lab.trace(false);
  const { journeys, lost } = lab.journeys(next);
  expect(lost).toBe(0);
  return [...journeys];
}

const lines = (j: Journey | undefined, lang: Lang = 'en'): string[] =>
  (j?.steps ?? []).map((s) => `${placeOf(s)}: ${sentence(s, lang)}`);

describe('a published port, from the LAN', () => {
  let lab: Lab;
  let journeys: Journey[];
  let saved: string;

  beforeAll(async () => {
    lab = await openLab({ seed: 1, hosts: 2 });
    await lab.run('node1', 'docker run -d --name web -p 8080:5000 training/webapp; sleep 3');
    journeys = await traced(lab, 'node2', 'curl -s http://192.168.56.11:8080/');
    saved = (await lab.run('node1', 'iptables -S; iptables -t nat -S; iptables -t raw -S')).stdout;
  });

  it('begins with who sent it', () => {
    const syn = journeys[0];
    expect(syn?.title).toMatch(/^TCP 192\.168\.56\.12\.\d+ > 192\.168\.56\.11\.8080 \[S\]$/);
    expect(lines(syn)[0]).toMatch(/^node2 eth0: curl \(PID \d+\) sends a TCP segment \[S\] from 192\.168\.56\.12:/);
  });

  it('names the very rule that rewrites, and what it rewrites', () => {
    const said = lines(journeys[0]);
    expect(said).toContain(
      'node1 eth0: table nat, chain DOCKER, rule 2 (`! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT ' +
        '--to-destination 172.17.0.2:5000`): destination rewritten from 192.168.56.11:8080 to 172.17.0.2:5000',
    );
    expect(lines(journeys[0], 'zh').join('\n')).toContain('目的地址由 192.168.56.11:8080 改写为 172.17.0.2:5000');
    expect(said.at(-1)).toMatch(/^node1\/web eth0: delivered to the listening TCP socket of python \(PID \d+\)$/);
  });

  it('has the words of every rule from the tables, as iptables -S prints them', () => {
    const rules = journeys.flatMap((j) => j.steps.flatMap((s) => (s.kind === 'rule' ? [s.rule] : [])));
    expect(rules.length).toBeGreaterThan(20);
    for (const r of rules) expect(saved).toContain(`-A ${r.chain} ${r.text}\n`);
  });

  it('tells of the answer that it is one, and undoes the rewriting', () => {
    const answer = journeys.find((j) => /172\.17\.0\.2\.5000 > .* \[S\.\]/.test(j.title));
    expect(answer?.because).toBe(journeys[0]?.packet);
    expect(lines(answer).join('\n')).toContain('source rewritten from 172.17.0.2:5000 to 192.168.56.11:8080, because');
    expect(lines(answer).at(-1)).toMatch(/^node2 eth0: delivered to a TCP connection of curl/);
  });

  it('tells the whole conversation when only its beginning is asked for', async () => {
    const some = await traced(
      lab,
      'node2',
      'ping -c1 192.168.56.1; curl -s 192.168.56.11:8080',
      'tcp and dst port 8080',
    );
    expect(some.some((j) => j.title.startsWith('ICMP'))).toBe(false);
    // Answers leave the container from port 5000: they are traced because of what they answer, or of their connection.
    expect(some.filter((j) => j.title.startsWith('TCP 172.17.0.2.5000 >')).length).toBeGreaterThan(2);
    expect(some.some((j) => j.steps.some((s) => s.kind === 'made' && s.bytes !== undefined && s.bytes > 100))).toBe(
      true,
    );
  });
});

test('a ping between isolated networks ends with the rule that dropped it', async () => {
  const lab = await openLab({ seed: 1, hosts: 1 });
  await lab.run(
    'node1',
    `docker network create a; docker network create b; docker run -d --name one --network a busybox sleep 1000
     docker run -d --name two --network b busybox sleep 1000; sleep 2`,
  );
  const journeys = await traced(lab, 'node1', 'docker exec one ping -c1 -W1 172.19.0.2', 'icmp');
  const saved = (await lab.run('node1', 'iptables -t raw -S')).stdout;
  const ping = journeys.find((j) => j.title === 'ICMP 172.18.0.2 > 172.19.0.2 echo request');
  const last = ping?.steps.at(-1);
  expect(last?.kind === 'dropped' && saved).toContain(`-A PREROUTING ${last?.kind === 'dropped' && last.rule?.text}\n`);
  expect(lines(ping).at(-1)).toMatch(
    /^node1 br-[0-9a-f]+: dropped by table raw, chain PREROUTING, rule \d \(`-d 172\.19\.0\.2\/32 ! -i br-[0-9a-f]+ -j DROP`\)$/,
  );
});

test('an error names the packet it is about; a policy is named', async () => {
  const lab = await openLab({ seed: 1, hosts: 2 });
  const journeys = await traced(
    lab,
    'node1',
    'ping -c1 -W1 10.9.8.7; ip route add 198.51.100.0/24 via 192.168.56.12; ping -c1 -W1 198.51.100.1',
  );
  const lost = journeys.find((j) => j.title === 'ICMP 192.168.56.11 > 10.9.8.7 echo request');
  const error = journeys.find((j) => j.because === lost?.packet && j.title.includes('destination unreachable'));
  expect(lines(lost).at(-2)).toBe('router lan: routing: no way to 10.9.8.7: Network is unreachable');
  expect(lines(lost).at(-1)).toBe('router lan: dropped: no route leads to its destination');
  expect(lines(error)[1]).toContain(`it is made because of packet ${lost?.packet} (${lost?.title})`);
  expect(lines(error).at(-1)).toContain('ICMP network unreachable: told to the socket');
  const policy = journeys.find((j) => j.title.includes('198.51.100.1 echo request'));
  expect(lines(policy).at(-1)).toBe("node2 eth0: dropped: FORWARD's policy is DROP (table filter)");
  expect(lines(policy, 'zh').at(-1)).toBe('node2 eth0: 被丢弃：链 FORWARD 的默认策略是 DROP（表 filter）');
});

test('what is wrong with a filter is said', async () => {
  const lab = await openLab({ seed: 1, hosts: 1 });
  for (const [filter, message] of [
    ['', 'the filter is empty'],
    ['tcp and', 'the filter ends too early'],
    ['tcp udp', "'and' or 'or' is expected before 'udp'"],
    ['port http', "'http' is no port"],
    ['on nothing0', "there is no interface 'nothing0'"],
    ['in nowhere', "there is no 'nowhere': a machine, or machine/container"],
    ['host fe80::1/129', "'fe80::1/129' is no address or prefix"],
    ['tcp or udp or icmp or arp or ip', 'more than 4 alternatives'],
  ] as const)
    await expect(lab.trace(filter)).rejects.toThrow(new RangeError(message));
});

/** Names of the constants of a file that begin with a prefix: read from the source, so that none is forgotten. */
function constants(file: string, prefix: string): string[] {
  const text = readFileSync(fileURLToPath(new URL(`../../wasm/abi/${file}`, import.meta.url)), 'utf8');
  return [...text.matchAll(/export const (\w+) = \d+;/g)]
    .map((m) => m[1] as string)
    .filter((n) => n.startsWith(prefix));
}

describe('over IPv6', () => {
  it('tells addresses, routes, neighbours and the messages that ask for them', async () => {
    const lab = await openLab({ seed: 1, hosts: 2 });
    await lab.run('node1', 'ip addr add 2001:db8::1/64 dev eth0 nodad');
    await lab.run('node2', 'ip addr add 2001:db8::2/64 dev eth0 nodad; sleep 3');
    const journeys = await traced(lab, 'node1', 'ping -c 1 2001:db8::2');
    const echo = journeys.find((j) => j.title === 'ICMPv6 2001:db8::1 > 2001:db8::2 echo request');
    expect(lines(echo)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^node1 eth0: ping \(PID \d+\) sends an ICMPv6 message \(echo request\) from 2001:db8::1 to 2001:db8::2$/,
        ),
        'node1 eth0: routing: 2001:db8::2 is reached directly by eth0 (table main, route 2001:db8::/64)',
        'node1 eth0: the MAC address of 2001:db8::2 is not known: the packet waits while neighbour discovery asks for it',
        'node1 eth0: 2001:db8::2 has answered: it is at 52:54:00:38:00:12, the packet goes on',
        'node2 lo: routing: 2001:db8::2 is an address of this machine',
        'node2 eth0: ICMPv6 echo request: answered',
      ]),
    );
    const asks = journeys.find((j) => j.title === 'ICMPv6 2001:db8::1 > ff02::1:ff00:2 neighbor solicitation');
    expect(asks?.because).toBe(echo?.packet);
    expect(lines(asks).at(-1)).toBe('node2 eth0: ICMPv6 neighbor solicitation: for neighbour discovery');
    const answer = journeys.find((j) => j.title === 'ICMPv6 2001:db8::2 > 2001:db8::1 echo reply');
    expect(answer?.because).toBe(echo?.packet);
    expect(lines(answer, 'zh').at(-1)).toMatch(/^node1 eth0: ICMPv6 回显应答：/);
  });

  it('filters by protocol, address and port, and follows the answers', async () => {
    const lab = await openLab({ seed: 1, hosts: 2 });
    await lab.run('node1', 'ip addr add 2001:db8::1/64 dev eth0 nodad');
    await lab.run('node2', 'ip addr add 2001:db8::2/64 dev eth0 nodad; nc -6 -lk -p 80 & sleep 3');
    const both = 'ping -c1 2001:db8::2; ping -c1 192.168.56.12; nc -w 1 2001:db8::2 80 </dev/null';
    const titles = async (filter: string) => (await traced(lab, 'node1', both, filter)).map((j) => j.title);
    const web = await titles('tcp and dst 2001:db8::2 and dst port 80');
    expect(web[0]).toMatch(/^TCP 2001:db8::1\.\d+ > 2001:db8::2\.80 \[S\]$/);
    // The answers do not fit: they are traced because of what they answer, or because their socket was reached.
    expect(web.filter((t) => t.startsWith('TCP 2001:db8::2.80 >')).length).toBeGreaterThan(1);
    expect(web.some((t) => t.includes('echo'))).toBe(false);
    const echo = ['ICMPv6 2001:db8::1 > 2001:db8::2 echo request', 'ICMPv6 2001:db8::2 > 2001:db8::1 echo reply'];
    expect((await titles('icmp6 and src 2001:db8::/64')).filter((t) => t.includes('echo'))).toEqual(echo);
    expect(await titles('port 80 and host 2001:db8::3 or src port 80 and udp')).toEqual([]);
    await lab.run('node2', 'ip6tables -A INPUT -p ipv6-icmp --icmpv6-type echo-request -j DROP');
    const dropped = (await traced(lab, 'node1', 'ping -c1 -W1 2001:db8::2', 'icmp6 and host 2001:db8::2')).find(
      (j) => j.title === echo[0],
    );
    expect(lines(dropped).at(-1)).toMatch(/^node2 eth0: dropped by table filter, chain INPUT, rule 1 /);
    expect(lines(dropped, 'zh').at(-1)).toMatch(/^node2 eth0: 被/);
  });

  it('tells what NAT rewrites, ports behind brackets', async () => {
    const lab = await openLab({ seed: 1, hosts: 2 });
    await lab.run('node1', 'ip addr add 2001:db8::1/64 dev eth0 nodad');
    await lab.run('node2', 'ip addr add 2001:db8::2/64 dev eth0 nodad; nc -lk -p 80 &');
    await lab.run(
      'node1',
      'ip6tables -t nat -A OUTPUT -d 2001:db8::99 -p tcp -j DNAT --to-destination [2001:db8::2]:80',
    );
    const journeys = await traced(lab, 'node1', 'nc -w 1 2001:db8::99 8080 </dev/null');
    expect(journeys[0]?.title).toMatch(/^TCP 2001:db8::1\.\d+ > 2001:db8::99\.8080 \[S\]$/);
    expect(lines(journeys[0]).join('\n')).toContain(
      'destination rewritten from [2001:db8::99]:8080 to [2001:db8::2]:80',
    );
  });
});

describe('no record and no reason is without words', () => {
  const kinds = constants('trace.ts', 'TRACE_').filter((n) => !/^TRACE_(OFF|ALL|SOME|FILTERS)$/.test(n));
  const numbers = TraceWhat as Readonly<Record<string, number>>;

  it('every kind of record is read', () => {
    expect(kinds.length).toBeGreaterThan(30);
    for (const name of kinds) expect([name, isKnown(numbers[name.slice(6)] as number)]).toEqual([name, true]);
    expect(isKnown(9999)).toBe(false);
  });

  it('every reason has a sentence of its own in both languages', () => {
    const reasons = constants('drop.ts', 'DROP_').filter((n) => n !== 'DROP_MAX');
    expect(reasons.length).toBeGreaterThan(40);
    for (const lang of ['en', 'zh'] as const) {
      const said = reasons.map((name) => {
        const reason = (Drop as Readonly<Record<string, number>>)[name.slice(5)] as number;
        return sentence({ kind: 'dropped', reason, time: 0, packet: 1, machine: 'm' }, lang);
      });
      for (const [i, s] of said.entries()) expect([reasons[i], s]).toEqual([reasons[i], expect.stringMatching(/.{8}/)]);
      expect(new Set(said).size).toBe(reasons.length);
      expect(said.filter((s) => /(reason|原因) \d/.test(s))).toEqual([]);
    }
  });

  it('an unknown record and an unknown reason are told too', () => {
    const names = { device: () => undefined } as never;
    const record = { time: 0, packet: 1, what: 9999, ns: 1, dev: 0, a: 1, b: 2, c: 3 };
    const other = { ...new Reader().read(record, names), time: 0, packet: 1, machine: 'm' };
    for (const lang of ['en', 'zh'] as const) {
      expect(sentence(other, lang)).toContain('9999');
      expect(sentence({ kind: 'dropped', reason: 63, time: 0, packet: 1, machine: 'm' }, lang)).toContain('63');
      expect(Object.keys(WORDS[lang].events)).toEqual(Object.keys(WORDS.en.events) as EventKind[]);
    }
  });
});

it('calls a namespace with a name by it, on its machine', async () => {
  const lab = await openLab({ seed: 1, hosts: 2 });
  const make = 'ip netns add vm; ip link add v0 type veth peer name eth0 netns vm; ip addr add 10.9.0.1/24 dev v0; ';
  await lab.run('node2', `${make}ip link set v0 up; ip -n vm addr add 10.9.0.2/24 dev eth0; ip -n vm link set eth0 up`);
  const [ask] = (await traced(lab, 'node2', 'ping -c 1 10.9.0.2')).filter((j) => j.title.startsWith('ICMP'));
  const places = new Set(ask?.steps.map((s) => s.machine));
  expect([...places]).toEqual(['node2', 'node2:vm']);
  expect(lab.frames(0).frames.some((f) => f.machine === 'node2:vm' && f.ifname === 'eth0')).toBe(true);
});
