/** What iptables 1.8.9 (nf_tables) printed for the same words: matches that look deeper, targets that hand packets on. */
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/linux/programs/iptables/save.ts';
import { emptyTables, itSays, type RuleWords } from './iptables-words.ts';
import { makeMachine } from './machine.ts';

const END = '--datestop 2038-01-19T03:14:07';

const RULES: readonly RuleWords[] = [
  [
    '-A INPUT -m time --timestart 08:00 --timestop 17:30 --weekdays Mon,Tue,Wed -j ACCEPT',
    `-A INPUT -m time --timestart 08:00:00 --timestop 17:30:00 --weekdays Mon,Tue,Wed ${END} -j ACCEPT`,
    'TIME from 08:00:00 to 17:30:00 on Mon,Tue,Wed UTC',
  ],
  [
    '-A INPUT -m time --timestart 22:00 --timestop 06:00 --contiguous',
    `-A INPUT -m time --timestart 22:00:00 --timestop 06:00:00 ${END} --contiguous`,
    'TIME from 22:00:00 to 06:00:00 UTC contiguous',
  ],
  [
    '-A INPUT -m time --datestart 2024-01-01T00:00:00 --datestop 2030-01-01 --kerneltz',
    '-A INPUT -m time --datestart 2024-01-01T00:00:00 --datestop 2030-01-01T00:00:00 --kerneltz',
    'TIME starting from 2024-01-01 00:00:00 until date 2030-01-01 00:00:00',
  ],
  ['-A INPUT -m time --monthdays 1,15,31', `-A INPUT -m time --monthdays 1,15,31 ${END}`, 'TIME on 1st,15th,31st UTC'],
  [
    '-A INPUT -m time ! --weekdays Sat,Sun --datestart 2025',
    `-A INPUT -m time --weekdays Mon,Tue,Wed,Thu,Fri --datestart 2025-01-01T00:00:00 ${END}`,
    'TIME on Mon,Tue,Wed,Thu,Fri starting from 2025-01-01 00:00:00 UTC',
  ],
  ['-A INPUT -p tcp -m tcpmss ! --mss 1000:1400', '', 'tcpmss match !1000:1400'],
  ['-A INPUT -p tcp -m tcpmss --mss 5:', '-A INPUT -p tcp -m tcpmss --mss 5:65535', 'tcpmss match 5:65535'],
  [
    '-A INPUT -p tcp -m ecn --ecn-tcp-cwr ! --ecn-tcp-ece',
    '-A INPUT -p tcp -m ecn ! --ecn-tcp-ece --ecn-tcp-cwr',
    'ECN match !ECE CWR',
  ],
  ['-A INPUT -m ecn ! --ecn-ip-ect 2', '', 'ECN match !ECT=2'],
  [
    '-A INPUT -m u32 --u32 "6&0xFF=1 && 4&0x3FFF=0 && 0>>22&0x3C@0>>24=0,8:9"',
    '-A INPUT -m u32 --u32 "0x6&0xff=0x1&&0x4&0x3fff=0x0&&0x0>>0x16&0x3c@0x0>>0x18=0x0,0x8:0x9"',
    'u32 "0x6&0xff=0x1&&0x4&0x3fff=0x0&&0x0>>0x16&0x3c@0x0>>0x18=0x0,0x8:0x9"',
  ],
  [
    '-t raw -A PREROUTING -m rpfilter --invert --loose',
    '-A PREROUTING -m rpfilter --loose --invert',
    'rpfilter loose invert',
  ],
  ['-A INPUT -m socket --transparent --nowildcard', '', 'socket --transparent --nowildcard'],
  ['-A INPUT -m policy --dir in', '-A INPUT -m policy --dir in --pol ipsec', 'policy match dir in pol ipsec'],
  [
    '-A INPUT -m policy --dir in --pol ipsec --strict --reqid 1 --spi 0x10 --proto ah --next --mode transport',
    '',
    'policy match dir in pol ipsec strict [0] reqid 1 spi 0x10 proto ah [1] mode transport',
  ],
  ['-A INPUT -m helper ! --helper ftp-21', '', 'helper match ! "ftp-21"'],
  ['-A INPUT -j NFQUEUE', '-A INPUT -j NFQUEUE --queue-num 0', 'NFQUEUE num 0'],
  [
    '-A INPUT -j NFQUEUE --queue-balance 0:3 --queue-cpu-fanout --queue-bypass',
    '-A INPUT -j NFQUEUE --queue-balance 0:3 --queue-bypass --queue-cpu-fanout',
    'NFQUEUE balance 0:3 bypass cpu-fanout',
  ],
  [
    '-t mangle -A PREROUTING -j TEE --gateway 10.0.0.1 --oif eth0',
    '-A PREROUTING -j TEE --gateway 10.0.0.1 --oif eth0',
    'TEE gw:10.0.0.1 oif=eth0',
  ],
  ['-A FORWARD -j CLASSIFY --set-class 1:10', '-A FORWARD -j CLASSIFY --set-class 0001:0010', 'CLASSIFY set 1:10'],
  ['-t mangle -A OUTPUT -j CHECKSUM --checksum-fill', '-A OUTPUT -j CHECKSUM --checksum-fill', 'CHECKSUM fill'],
  ['-A INPUT -j AUDIT --type drop', '', 'AUDIT drop'],
  [
    '-t mangle -A PREROUTING -p tcp -j TPROXY --on-port 80 --tproxy-mark 1/1',
    '-A PREROUTING -p tcp -j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x1/0x1',
    'TPROXY redirect 0.0.0.0:80 mark 0x1/0x1',
  ],
];

/** Words, and what is said of them: in quotes the user's fault, else the kernel's. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['-A INPUT -m time --weekdays Foo', 'Foo is not a valid day specifier'],
  [
    '-A INPUT -m time --timestart 25:00',
    'invalid time "25:00" specified, should be hh:mm[:ss] format and within the boundaries',
  ],
  [
    '-A INPUT -m time --datestart 1960-01-01',
    'Invalid date "1960-01-01" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]',
  ],
  ['-A INPUT -m time --contiguous', 'time: --contiguous only makes sense when stoptime is smaller than starttime'],
  ['-A INPUT -p tcp -m tcpmss --mss 10:5', 'tcpmss: invalid range given'],
  ['-A INPUT -m ecn', 'ECN match: some option required'],
  ['-A INPUT -m u32 --u32 0&&1', 'u32: at char 2: not a number or out of range'],
  ['-A INPUT -m policy --pol none', 'policy match: neither --dir in nor --dir out specified'],
  ['-A INPUT -j NFQUEUE --queue-balance 3:1', '3 should be less than 1'],
  ['-A FORWARD -j CLASSIFY --set-class 1', 'Bad class value "1"'],
  ['-A INPUT -j AUDIT --type foo', 'Bad action type value "foo"'],
];
const INVALID: readonly string[] = [
  '-A INPUT -m tcpmss --mss 5',
  '-A INPUT -p udp -m ecn --ecn-tcp-cwr',
  '-A INPUT -m rpfilter',
  '-A FORWARD -m socket',
  '-A OUTPUT -m policy --dir in --pol none',
  '-A INPUT -j TEE --gateway 0.0.0.0',
  '-A INPUT -j CLASSIFY --set-class 1:10',
  '-A FORWARD -j CHECKSUM --checksum-fill',
  '-t mangle -A PREROUTING -j TPROXY --on-port 80',
];

describe('iptables', () => {
  const machine = emptyTables();
  itSays(machine, RULES);

  it.each(REFUSED)('%s: a usage error', async (given, text) => {
    const { code, stderr } = await machine().run(['iptables', ...splitWords(given)]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, `iptables v1.8.13 (nf_tables): ${text}`]);
  });

  it.each(INVALID)('%s: the kernel refuses it', async (given) => {
    const { code, stderr } = await machine().run(['iptables', ...splitWords(given)]);
    expect([code, stderr]).toEqual([
      4,
      expect.stringContaining('RULE_APPEND failed (Invalid argument): rule in chain'),
    ]);
  });

  it('the hop limit is hl and HL in ip6tables, and the TTL in iptables', async () => {
    expect((await machine().sh('ip6tables -A FORWARD -m hl --hl-lt 3')).code).toBe(0);
    expect((await machine().sh('ip6tables -S FORWARD')).stdout).toContain('-A FORWARD -m hl --hl-lt 3\n');
    expect((await machine().sh('ip6tables -t mangle -A FORWARD -j HL --hl-inc 3')).code).toBe(0);
    expect((await machine().sh('ip6tables -t mangle -S FORWARD')).stdout).toContain('-A FORWARD -j HL --hl-inc 3\n');
    expect((await machine().sh('iptables -A FORWARD -m hl --hl-gt 3')).stderr).toContain("Couldn't load match `hl'");
    expect((await machine().sh('ip6tables -A FORWARD -j TTL --ttl-set 3')).stderr).toContain(
      'unknown option "--ttl-set"',
    );
  });
});

describe('what the rules do', () => {
  const ping = 'ping -c 1 -W 1 172.17.0.1';

  it.each([
    ['-A INPUT -p icmp -j NFQUEUE --queue-num 3', 1],
    ['-A INPUT -p icmp -j NFQUEUE --queue-num 3 --queue-bypass', 0],
    ['-A INPUT -p icmp -m u32 --u32 "0>>22&0x3C@0>>24=8" -j DROP', 1],
    ['-A INPUT -p icmp -m u32 --u32 "0>>22&0x3C@0>>24=0" -j DROP', 0],
    ['-A INPUT -p icmp -m time --datestart 2001-01-01 -j DROP', 1],
    ['-A INPUT -p icmp -m time --datestop 2001-01-01 -j DROP', 0],
    ['-A INPUT -p icmp -m ecn ! --ecn-ip-ect 0 -j DROP', 0],
    ['-A INPUT -m policy --dir in --pol none -j DROP', 1],
    ['-t raw -A PREROUTING -m rpfilter --invert -j DROP', 0],
    ['-t raw -A PREROUTING -m rpfilter -j DROP', 1],
    ['-A INPUT -p icmp -j AUDIT --type drop', 0],
  ] as const)('%s: ping ends with %i', async (rule, code) => {
    const m = await makeMachine();
    expect(await m.run(['iptables', ...splitWords(rule)])).toMatchObject({ code: 0, stderr: '' });
    expect((await m.sh(ping, 'web')).code).toBe(code);
  });

  it('TEE sends a copy to another host: it hears what is not for it', async () => {
    const m = await makeMachine();
    await m.run([
      'iptables',
      ...splitWords('-t mangle -A PREROUTING -s 172.17.0.2 -p icmp -j TEE --gateway 172.17.0.3'),
    ]);
    await m.run(['iptables', ...splitWords('-A INPUT -p icmp')], { request: { netns: m.spaces.cli as never } });
    const rule = '-t raw -A PREROUTING -d 172.17.0.1 -p icmp -m ttl --ttl-eq 63';
    await m.run(['iptables', ...splitWords(rule)], { request: { netns: m.spaces.cli as never } });
    expect((await m.sh(ping, 'web')).code).toBe(0);
    expect((await m.sh('iptables -t raw -vnxL PREROUTING', 'cli')).stdout).toMatch(/\n +1 +84 /);
  });

  it('TEE sends a copy over IPv6, to a gateway that the packet itself has no route by', async () => {
    const m = await makeMachine();
    const inside = (where: string) => ({ request: { netns: m.spaces[where] as never } });
    await m.sh('ip addr add 2001:db8::1/64 dev docker0 nodad');
    await m.sh('ip addr add 2001:db8::2/64 dev eth0 nodad', 'web');
    await m.sh('ip addr add 2001:db8::3/64 dev eth0 nodad', 'cli');
    await m.pass(5e9);
    const tee = '-t mangle -A PREROUTING -s 2001:db8::2 -p ipv6-icmp --icmpv6-type 128 -j TEE --gateway 2001:db8::3';
    expect(await m.run(['ip6tables', ...splitWords(tee)])).toMatchObject({ code: 0, stderr: '' });
    expect((await m.sh('ip6tables -t mangle -S PREROUTING')).stdout).toContain('-j TEE --gateway 2001:db8::3\n');
    const rule = '-t raw -A PREROUTING -d 2001:db8::1 -p ipv6-icmp --icmpv6-type 128 -m hl --hl-eq 63';
    await m.run(['ip6tables', ...splitWords(rule)], inside('cli'));
    expect((await m.sh('ping -c 1 2001:db8::1', 'web')).code).toBe(0);
    expect((await m.sh('ip6tables -t raw -vnxL PREROUTING', 'cli')).stdout).toMatch(/\n +1 +104 /);
  });
});
