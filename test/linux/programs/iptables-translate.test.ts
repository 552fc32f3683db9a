/** iptables-translate beside the real one of iptables 1.8.13: command and answer. */
import { expect, it } from 'vitest';
import { makeLab } from '../../rig.ts';

const CASES: readonly (readonly [string, string])[] = [
  ['-A INPUT -p tcp --dport 22 -j ACCEPT', "nft 'add rule ip filter INPUT tcp dport 22 counter accept'"],
  [
    '-A INPUT -p tcp --dport 22 -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT',
    "nft 'add rule ip filter INPUT tcp dport 22 ct state new,established counter accept'",
  ],
  [
    '-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT',
    "nft 'add rule ip filter INPUT ct state related,established counter accept'",
  ],
  [
    '-A INPUT -s 10.0.0.0/8 -i eth0 -j DROP',
    `nft 'add rule ip filter INPUT iifname "eth0" ip saddr 10.0.0.0/8 counter drop'`,
  ],
  ['-I INPUT -s 10.0.0.1 -j REJECT', "nft 'insert rule ip filter INPUT ip saddr 10.0.0.1 counter reject'"],
  [
    '-I INPUT 2 -s 10.0.0.1 -j REJECT --reject-with tcp-reset',
    "nft 'insert rule ip filter INPUT index 2 ip saddr 10.0.0.1 counter reject with tcp reset'",
  ],
  [
    '-A FORWARD -i br0 ! -o br0 -j RETURN',
    `nft 'add rule ip filter FORWARD iifname "br0" oifname != "br0" counter return'`,
  ],
  [
    '-t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    `nft 'add rule ip nat POSTROUTING oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade'`,
  ],
  [
    '-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
    "nft 'add rule ip nat PREROUTING tcp dport 8080 counter dnat to 172.17.0.2:80'",
  ],
  [
    '-t nat -A POSTROUTING -o eth0 -j SNAT --to-source 1.2.3.4',
    `nft 'add rule ip nat POSTROUTING oifname "eth0" counter snat to 1.2.3.4'`,
  ],
  [
    '-t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080',
    "nft 'add rule ip nat PREROUTING tcp dport 80 counter redirect to :8080'",
  ],
  [
    '-A INPUT -p icmp --icmp-type echo-request -j ACCEPT',
    "nft 'add rule ip filter INPUT icmp type echo-request counter accept'",
  ],
  [
    '-A INPUT -p tcp -m multiport --dports 22,80,443 -j ACCEPT',
    "nft 'add rule ip filter INPUT ip protocol tcp tcp dport { 22, 80, 443 } counter accept'",
  ],
  [
    '-A INPUT -m limit --limit 3/min --limit-burst 5 -j LOG --log-prefix "x: "',
    `nft 'add rule ip filter INPUT limit rate 3/minute burst 5 packets counter log prefix "x: "'`,
  ],
  ['-A INPUT -j LOG', "nft 'add rule ip filter INPUT counter log'"],
  ['-A INPUT -m mark --mark 0x1 -j DROP', "nft 'add rule ip filter INPUT mark 0x1 counter drop'"],
  ['-t mangle -A PREROUTING -j MARK --set-mark 1', "nft 'add rule ip mangle PREROUTING counter meta mark set 0x1'"],
  [
    '-A INPUT -m comment --comment "hello world" -j ACCEPT',
    `nft 'add rule ip filter INPUT counter accept comment "hello world"'`,
  ],
  ['-A INPUT -p udp --sport 53 -j ACCEPT', "nft 'add rule ip filter INPUT udp sport 53 counter accept'"],
  ['-A INPUT -p tcp --syn -j DROP', "nft 'add rule ip filter INPUT tcp flags syn / fin,syn,rst,ack counter drop'"],
  [
    '-A INPUT -p tcp --tcp-flags SYN,ACK SYN -j DROP',
    "nft 'add rule ip filter INPUT tcp flags syn / syn,ack counter drop'",
  ],
  [
    '-A INPUT -m addrtype --dst-type LOCAL -j ACCEPT',
    "nft 'add rule ip filter INPUT fib daddr type local counter accept'",
  ],
  ['-A INPUT -j foo', "nft 'add rule ip filter INPUT counter jump foo'"],
  ['-A INPUT -g foo', "nft 'add rule ip filter INPUT counter goto foo'"],
  ['-A INPUT', "nft 'add rule ip filter INPUT counter'"],
  ['-N foo', 'nft add chain ip filter foo'],
  ['-X foo', 'nft delete chain ip filter foo'],
  ['-X', 'nft delete chain ip filter (null)'],
  ['-F', 'nft flush table ip filter'],
  ['-F INPUT', 'nft flush chain ip filter INPUT'],
  ['-t nat -F', 'nft flush table ip nat'],
  ['-L', 'nft list table ip filter'],
  [
    '-A INPUT -m iprange --src-range 1.1.1.1-1.1.1.9 -j DROP',
    "nft 'add rule ip filter INPUT ip saddr 1.1.1.1-1.1.1.9 counter drop'",
  ],
  [
    '-A INPUT -m mac --mac-source 00:11:22:33:44:55 -j DROP',
    "nft 'add rule ip filter INPUT ether saddr 00:11:22:33:44:55 counter drop'",
  ],
  ['-A OUTPUT -m owner --uid-owner 0 -j ACCEPT', "nft 'add rule ip filter OUTPUT skuid 0 counter accept'"],
  ['-A INPUT -p all -j DROP', "nft 'add rule ip filter INPUT counter drop'"],
  ['-A INPUT ! -s 1.2.3.4 -j DROP', "nft 'add rule ip filter INPUT ip saddr != 1.2.3.4 counter drop'"],
  ['-A INPUT -p 47 -j ACCEPT', "nft 'add rule ip filter INPUT ip protocol gre counter accept'"],
  ['-A INPUT -p tcp --dport 1000:2000 -j ACCEPT', "nft 'add rule ip filter INPUT tcp dport 1000-2000 counter accept'"],
  ['-A INPUT ! -p tcp -j DROP', "nft 'add rule ip filter INPUT ip protocol != tcp counter drop'"],
  ['-A INPUT -i eth+ -j DROP', `nft 'add rule ip filter INPUT iifname "eth*" counter drop'`],
  ['-A INPUT -p tcp --dport ssh -j ACCEPT', "nft 'add rule ip filter INPUT tcp dport 22 counter accept'"],
  [
    '-A INPUT -m statistic --mode random --probability 0.5 -j DROP',
    "nft 'add rule ip filter INPUT meta random & 2147483647 < 1073741824 counter drop'",
  ],
  ['-A INPUT -m string --string x --algo bm -j DROP', 'nft # -A INPUT -m string --string x --algo bm -j DROP '],
  ['-A INPUT -j NOSUCH', "nft 'add rule ip filter INPUT counter jump NOSUCH'"],
  ['-A nosuch -j ACCEPT', "nft 'add rule ip filter nosuch counter accept'"],
];

it('says what the real one says', async () => {
  const lab = await makeLab(1, { hosts: 1 });
  const script = CASES.map(([c]) => `iptables-translate ${c}; echo ==`).join('\n');
  const { stdout } = await lab.run('node1', script);
  const answers = stdout.split('\n==\n').slice(0, -1);
  expect(CASES.map(([c], i) => [c, answers[i]])).toEqual(CASES);
  expect(await lab.run('node1', 'iptables-translate -P INPUT DROP')).toEqual({
    stdout: 'nft ',
    stderr: 'Translation not implemented\n',
    exit: 1,
  });
  expect((await lab.run('node1', 'ip6tables-translate -A INPUT -s fd00::1 -j DROP')).stdout).toBe(
    "nft 'add rule ip6 filter INPUT ip6 saddr fd00::1 counter drop'\n",
  );
});
