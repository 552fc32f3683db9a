/** What iptables 1.8.9 (nf_tables) printed for the same words on Linux 6.18; where 1.8.13 differs (numbers of protocols with -n), as that. */
import { describe, expect, it } from 'vitest';
import { splitWords } from '../../../src/linux/programs/iptables/save.ts';
import { emptyTables, itSays, type RuleWords } from './iptables-words.ts';
import { makeMachine } from './machine.ts';

const RULES: readonly RuleWords[] = [
  // options by their beginnings
  [
    '-A FORWARD -m multiport -p tcp --dport 80,443',
    '-A FORWARD -p tcp -m multiport --dports 80,443',
    'multiport dports 80,443',
  ],
  [
    '-A FORWARD -m limit --limit 3/s --limit-b 4',
    '-A FORWARD -m limit --limit 3/sec --limit-burst 4',
    'limit: avg 3/sec burst 4',
  ],
  ['-A FORWARD -p icmp --icmp-t 8', '-A FORWARD -p icmp -m icmp --icmp-type 8', 'icmptype 8'],
  ['-A FORWARD -p sctp --dport 80', '-A FORWARD -p sctp -m sctp --dport 80', 'sctp dpt:80'],
  ['-A FORWARD -m connmark --mark 1', '-A FORWARD -m connmark --mark 0x1', 'connmark match  0x1'],
  [
    '-A FORWARD -m mark --mark 1 -m connmark --mark 2',
    '-A FORWARD -m mark --mark 0x1 -m connmark --mark 0x2',
    'mark match 0x1 connmark match  0x2',
  ],
  ['-A FORWARD -m connmark ! --mark 1/0xff', '-A FORWARD -m connmark ! --mark 0x1/0xff', 'connmark match ! 0x1/0xff'],
  [
    '-A FORWARD -m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.0.0.1-10.0.0.2',
    '',
    'source IP range 10.0.0.1-10.0.0.9 destination IP range ! 10.0.0.1-10.0.0.2',
  ],
  [
    '-A FORWARD -m statistic --mode random --probability 0.5',
    '-A FORWARD -m statistic --mode random --probability 0.50000000000',
    'statistic mode random probability 0.50000000000',
  ],
  ['-A FORWARD -m statistic --mode nth ! --every 3 --packet 1', '', 'statistic mode nth ! every 3 packet 1'],
  ['-A FORWARD -m statistic --mode nth --every 3 --packet 0', '', 'statistic mode nth every 3'],
  [
    '-A FORWARD -p tcp -m tcp --tcp-option 2 --dport 80',
    '-A FORWARD -p tcp -m tcp --dport 80 --tcp-option 2',
    'tcp dpt:80 option=2',
  ],
  [
    '-A FORWARD -m mac --mac-source 00:11:22:33:44:Aa',
    '-A FORWARD -m mac --mac-source 00:11:22:33:44:aa',
    'MAC 00:11:22:33:44:aa',
  ],
  ['-A OUTPUT -m owner --uid-owner 1000 ! --gid-owner 5-7', '', 'owner UID match 1000 ! owner GID match 5-7'],
  ['-A OUTPUT -m owner --socket-exists', '', 'owner socket exists'],
  [
    '-A FORWARD -m physdev --physdev-in eth0 ! --physdev-out eth1 --physdev-is-bridged',
    '',
    'PHYSDEV match --physdev-in eth0 ! --physdev-out eth1 --physdev-is-bridged',
  ],
  [
    '-A FORWARD -m hashlimit --hashlimit-upto 5/sec --hashlimit-mode srcip,dstport --hashlimit-name foo',
    '-A FORWARD -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name foo',
    'limit: up to 5/sec burst 5 mode srcip-dstport',
  ],
  [
    '-A FORWARD -m hashlimit --hashlimit-above 5/min --hashlimit-burst 7 --hashlimit-mode srcip --hashlimit-name foo2 --hashlimit-srcmask 24',
    '',
    'limit: above 5/min burst 7 mode srcip srcmask 24',
  ],
  ['-A FORWARD -m quota --quota 1000', '', 'quota: 1000 bytes'],
  [
    '-A FORWARD -m connbytes --connbytes 10:20 --connbytes-mode packets --connbytes-dir both',
    '',
    'connbytes 10:20 connbytes mode packets connbytes direction both',
  ],
  [
    '-A INPUT -m recent --rcheck --rttl --seconds 10 --hitcount 3 --reap --name ssh --rdest --mask 255.255.255.0',
    '-A INPUT -m recent --rcheck --seconds 10 --reap --hitcount 3 --rttl --name ssh --mask 255.255.255.0 --rdest',
    'recent: CHECK seconds: 10 reap hit_count: 3 TTL-Match name: ssh side: dest mask: 255.255.255.0',
  ],
  [
    '-A INPUT -m recent ! --rcheck --name ssh',
    '-A INPUT -m recent ! --rcheck --name ssh --mask 255.255.255.255 --rsource',
    '! recent: CHECK name: ssh side: source mask: 255.255.255.255',
  ],
  [
    '-A INPUT -m recent --set',
    '-A INPUT -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource',
    'recent: SET name: DEFAULT side: source mask: 255.255.255.255',
  ],
  [
    '-A INPUT -m connlimit --connlimit-upto 3 --connlimit-mask 24',
    '-A INPUT -m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-saddr',
    '#conn src/24 <= 3',
  ],
  [
    '-A INPUT -m connlimit ! --connlimit-above 3 --connlimit-daddr',
    '-A INPUT -m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-daddr',
    '#conn dst/32 <= 3',
  ],
  [
    '-A INPUT -m string --string "fo o" --algo kmp --from 40 --to 100 --icase',
    '',
    'STRING match  "fo o" ALGO name kmp FROM 40 TO 100 ICASE',
  ],
  [
    '-A INPUT -m string ! --hex-string "|00 41|bar|0d|" --algo bm',
    '-A INPUT -m string ! --hex-string "|00416261720d|" --algo bm',
    'STRING match ! "|00416261720d|" ALGO name bm',
  ],
  ['-A INPUT -m pkttype --pkt-type broadcast', '', 'PKTTYPE = broadcast'],
  ['-A INPUT -m pkttype ! --pkt-type multicast', '', 'PKTTYPE != multicast'],
  ['-A INPUT -m length --length 10:20', '', 'length 10:20'],
  ['-A INPUT -m length ! --length 10', '', 'length !10'],
  ['-A INPUT -m length --length 10:20 -m length ! --length 15', '', 'length 10:20 length !15'],
  ['-A INPUT -m ttl --ttl-eq 5', '', 'TTL match TTL == 5'],
  ['-A INPUT -m ttl ! --ttl-eq 5', '', 'TTL match TTL != 5'],
  ['-A INPUT -m ttl --ttl-lt 5', '', 'TTL match TTL < 5'],
  ['-A INPUT -m tos --tos 0x10', '-A INPUT -m tos --tos 0x10/0xff', 'tos match0x10/0xff'],
  ['-A INPUT -m tos ! --tos 0x10/0x1f', '', 'tos match!0x10/0x1f'],
  ['-A INPUT -m dscp --dscp 46', '-A INPUT -m dscp --dscp 0x2e', 'DSCP match 0x2e'],
  ['-A INPUT -m dscp ! --dscp-class EF', '-A INPUT -m dscp ! --dscp 0x2e', 'DSCP match !0x2e'],
  [
    '-A INPUT -m addrtype --src-type LOCAL,UNICAST ! --dst-type MULTICAST --limit-iface-in',
    '-A INPUT -m addrtype --src-type UNICAST,LOCAL ! --dst-type MULTICAST --limit-iface-in',
    'ADDRTYPE match src-type UNICAST,LOCAL dst-type !MULTICAST limit-in',
  ],
  [
    '-A INPUT -m conntrack --ctstate NEW --ctproto tcp --ctorigsrc 10.0.0.0/8 --ctorigdst 1.2.3.4 --ctorigdstport 80:90 --ctstatus ASSURED,CONFIRMED --ctexpire 10:20 --ctdir ORIGINAL',
    '-A INPUT -m conntrack --ctstate NEW --ctproto 6 --ctorigsrc 10.0.0.0/8 --ctorigdst 1.2.3.4 --ctorigdstport 80:90 --ctstatus ASSURED,CONFIRMED --ctexpire 10:20 --ctdir ORIGINAL',
    'ctstate NEW ctproto 6 ctorigsrc 10.0.0.0/8 ctorigdst 1.2.3.4 ctorigdstport 80:90 ctstatus ASSURED,CONFIRMED ctexpire 10:20 ctdir ORIGINAL',
  ],
  [
    '-A INPUT -m conntrack ! --ctstate NEW ! --ctproto udp ! --ctorigsrc 10.0.0.0/8 --ctreplsrcport 5',
    '-A INPUT -m conntrack ! --ctstate NEW ! --ctproto 17 ! --ctorigsrc 10.0.0.0/8 --ctreplsrcport 5',
    '! ctstate NEW ! ctproto 17 ! ctorigsrc 10.0.0.0/8 ctreplsrcport 5',
  ],
  ['-A INPUT -m state --state NEW', '', 'state NEW'],
  ['-A INPUT -m limit --limit 5/min --limit-burst 7', '', 'limit: avg 5/min burst 7'],
  ['-A INPUT -m quota ! --quota 5', '', 'quota: 5 bytes'],
  ['-A INPUT -p tcp -m multiport ! --ports 1,2', '', 'multiport ports  !1,2'],
  [
    '-t mangle -A FORWARD -j CONNMARK --set-mark 1',
    '-A FORWARD -j CONNMARK --set-xmark 0x1/0xffffffff',
    'CONNMARK set 0x1',
  ],
  [
    '-t mangle -A FORWARD -j CONNMARK --set-xmark 1/0xf',
    '-A FORWARD -j CONNMARK --set-xmark 0x1/0xf',
    'CONNMARK xset 0x1/0xf',
  ],
  [
    '-t mangle -A FORWARD -j CONNMARK --save-mark',
    '-A FORWARD -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff',
    'CONNMARK save',
  ],
  [
    '-t mangle -A FORWARD -j CONNMARK --restore-mark --mask 0xff',
    '-A FORWARD -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff',
    'CONNMARK restore mask 0xff',
  ],
  [
    '-t mangle -A FORWARD -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf',
    '-A FORWARD -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf',
    'CONNMARK restore ctmask 0xf nfmask ~0xff',
  ],
  [
    '-t mangle -A FORWARD -j CONNMARK --and-mark 3',
    '-A FORWARD -j CONNMARK --set-xmark 0x0/0xfffffffc',
    'CONNMARK and 0x3',
  ],
  ['-t mangle -A FORWARD -j CONNMARK --xor-mark 3', '-A FORWARD -j CONNMARK --set-xmark 0x3/0x0', 'CONNMARK xor 0x3'],
  ['-t mangle -A FORWARD -j MARK --set-mark 1/2', '-A FORWARD -j MARK --set-xmark 0x1/0x3', 'MARK xset 0x1/0x3'],
  ['-t mangle -A FORWARD -j MARK --and-mark 3', '-A FORWARD -j MARK --set-xmark 0x0/0xfffffffc', 'MARK and 0x3'],
  ['-t mangle -A FORWARD -j MARK --or-mark 3', '-A FORWARD -j MARK --set-xmark 0x3/0x3', 'MARK or 0x3'],
  ['-t mangle -A FORWARD -j TOS --set-tos 0x10', '-A FORWARD -j TOS --set-tos 0x10/0xff', 'TOS set 0x10/0xff'],
  ['-t mangle -A FORWARD -j TOS --or-tos 0x10', '-A FORWARD -j TOS --set-tos 0x10/0x10', 'TOS set 0x10/0x10'],
  ['-t mangle -A FORWARD -j DSCP --set-dscp-class EF', '-A FORWARD -j DSCP --set-dscp 0x2e', 'DSCP set 0x2e'],
  ['-t mangle -A FORWARD -j TTL --ttl-set 64', '-A FORWARD -j TTL --ttl-set 64', 'TTL set to 64'],
  ['-t mangle -A FORWARD -j TTL --ttl-dec 1', '-A FORWARD -j TTL --ttl-dec 1', 'TTL decrement by 1'],
  [
    '-t mangle -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    '-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu',
    'tcp flags:0x06/0x02 TCPMSS clamp to PMTU',
  ],
  ['-A FORWARD -j NFLOG --nflog-prefix abc --nflog-group 3', '', 'nflog-prefix abc nflog-group 3'],
  [
    '-A FORWARD -j LOG --log-prefix x:_ --log-level debug --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
    '-A FORWARD -j LOG --log-prefix "x:_" --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
    'LOG flags 47 level 7 prefix "x:_"',
  ],
  ['-t raw -A PREROUTING -j CT --notrack', '-A PREROUTING -j CT --notrack', 'CT notrack'],
  ['-t raw -A PREROUTING -j CT --zone 7', '-A PREROUTING -j CT --zone 7', 'CT zone 7'],
  ['-t raw -A PREROUTING -j CT --zone-orig mark', '-A PREROUTING -j CT --zone-orig mark', 'CT zone-orig mark'],
  ['-t raw -A PREROUTING -j CT --zone-reply 8', '-A PREROUTING -j CT --zone-reply 8', 'CT zone-reply 8'],
  ['-t raw -A OUTPUT -p icmp -j TRACE', '-A OUTPUT -p icmp -j TRACE', ''],
  ['-t raw -A PREROUTING -j NOTRACK', '-A PREROUTING -j NOTRACK', 'NOTRACK'],
  [
    '-t nat -A POSTROUTING -j SNAT --to-source 1.2.3.4-1.2.3.9 --random --persistent',
    '-A POSTROUTING -j SNAT --to-source 1.2.3.4-1.2.3.9 --random --persistent',
    'to:1.2.3.4-1.2.3.9 random persistent',
  ],
  [
    '-t nat -A POSTROUTING -p tcp -j SNAT --to-source 1.2.3.4:10-20 --random-fully',
    '-A POSTROUTING -p tcp -j SNAT --to-source 1.2.3.4:10-20 --random-fully',
    'to:1.2.3.4:10-20 random-fully',
  ],
  [
    '-t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 10-20 --random',
    '-A POSTROUTING -p tcp -j MASQUERADE --to-ports 10-20 --random',
    'masq ports: 10-20 random',
  ],
  [
    '-t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 10-20 --random',
    '-A PREROUTING -p tcp -j REDIRECT --to-ports 10-20 --random',
    'redir ports 10-20 random',
  ],
];

describe('extensions of iptables', () => {
  const machine = emptyTables();
  itSays(machine, RULES);

  it('-f stands in the column of options', async () => {
    await machine().sh('iptables -A INPUT -f -j DROP');
    await machine().sh('iptables -A INPUT ! -f -j DROP');
    expect((await machine().sh('iptables -S INPUT')).stdout).toBe(
      '-P INPUT ACCEPT\n-A INPUT -f -j DROP\n-A INPUT ! -f -j DROP\n',
    );
    const rows = (await machine().sh('iptables -L INPUT -n')).stdout.split('\n');
    expect(rows[2]).toMatch(/^DROP {7}all {2}-f {2}0/);
    expect(rows[3]).toMatch(/^DROP {7}all {2}!f {2}0/);
  });

  const HINT = "Try `iptables -h' or 'iptables --help' for more information.\n";
  it.each([
    ['-A INPUT -m statistic --mode nth', '--every and --packet must be specified when using nth mode\n', 2],
    ['-A INPUT -m statistic --mode nth --every 3', 'statistic: option "--every" also requires "--packet".\n\n', 2],
    [
      '-A INPUT -m statistic --mode random --probability 2',
      'statistic: bad value for option "--probability", or out of range (0-1).\n\n',
      2,
    ],
    ['-A INPUT -m iprange', "iprange match: You must specify `--src-range' or `--dst-range'\n", 2],
    ['-A INPUT -m iprange --src-range foo', 'iprange: Bad value for "--src-range" option: "foo"\n', 2],
    ['-A INPUT -m length', 'length: option "--length" must be specified\n\n', 2],
    ['-A INPUT -m mac --mac-source 1', 'Invalid MAC address specified.\n', 2],
    ['-A INPUT -p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', 'too many ports specified\n', 2],
    ['-A INPUT -m connmark', 'connmark: option "--mark" must be specified\n\n', 2],
    ['-A INPUT -m conntrack', 'conntrack: At least one option is required\n', 2],
    ['-A INPUT -m mark', 'mark: option "--mark" must be specified\n\n', 2],
    ['-A INPUT -m ttl', "TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt\n", 2],
    ['-A INPUT -m physdev', 'PHYSDEV: no physdev option specified\n', 2],
    ['-A INPUT -m hashlimit', 'You have to specify --hashlimit\n', 2],
    ['-A INPUT -m hashlimit --hashlimit-upto 3/s', 'hashlimit: option "--hashlimit-name" must be specified\n\n', 2],
    [
      '-A INPUT -m recent --seconds 3',
      "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'\n",
      2,
    ],
    ['-A INPUT -m recent --set --rcheck', 'recent: option "--set" cannot be used together with "--rcheck".\n\n', 2],
    ['-A INPUT -m recent --rcheck --reap', 'recent: option "--reap" also requires "--seconds".\n\n', 2],
    ['-A INPUT -m connlimit', 'You must specify "--connlimit-above" or "--connlimit-upto".\n', 2],
    [
      '-A INPUT -m connlimit --connlimit-above 3 --connlimit-upto 3',
      'connlimit: option "--connlimit-upto" cannot be used together with "--connlimit-above".\n\n',
      2,
    ],
    ['-A INPUT -m string --string foo', 'string: option "--algo" must be specified\n\n', 2],
    ['-A INPUT -m string --algo bm', "STRING match: You must specify `--string' or `--hex-string'\n", 2],
    ['-t raw -A PREROUTING -j CT --zone 70000', 'Cannot parse 70000 as a zone ID\n', 2],
    ['-A INPUT -m set --match-set foo src', "Set foo doesn't exist.\n\n", 2],
    ['-A INPUT -m foo', "Couldn't load match `foo':No such file or directory\n\n", 2],
    ['-A INPUT -m owner', 'owner: At least one of --uid-owner, --gid-owner or --socket-exists is required\n', 2],
    ['-A INPUT -j CONNMARK', 'CONNMARK target: No operation specified\n', 2],
    ['-A INPUT -j TOS', 'TOS: An action is required\n', 2],
    ['-t mangle -A INPUT -j TTL', 'TTL: You must specify an action\n', 2],
    ['-t mangle -A INPUT -j DSCP', 'DSCP target: Parameter --set-dscp is required\n', 2],
    ['-t mangle -A FORWARD -p tcp --syn -j TCPMSS', 'TCPMSS target: At least one parameter is required\n', 2],
    ['-t nat -A PREROUTING -j DNAT', 'DNAT: option "--to-destination" must be specified\n\n', 2],
    ['-A INPUT --dport 80', 'unknown option "--dport"\n', 2],
    ['-A INPUT -p udp -m tcp --dport 80', "TCP match requires '-p tcp'\n", 2],
  ])('%s is refused in the words of the tool', async (line, message, code) => {
    expect(await machine().run(['iptables', ...splitWords(line)])).toMatchObject({
      code,
      stderr: `iptables v1.8.13 (nf_tables): ${message}${HINT}`,
    });
  });

  it.each([
    ['-A INPUT -j TTL --ttl-set 3', 'INPUT'],
    ['-A INPUT -j CT --notrack', 'INPUT'],
    ['-A INPUT -j CT --zone 7', 'INPUT'],
    ['-A INPUT -m recent --set --seconds 3', 'INPUT'],
    ['-A INPUT -m recent --set --name a/b', 'INPUT'],
    ['-A INPUT -j DNAT --to-destination 1.2.3.4', 'INPUT'],
    ['-A INPUT -m owner --uid-owner 0', 'INPUT'],
    ['-A INPUT -j REJECT --reject-with tcp-reset', 'INPUT'],
    ['-t nat -A PREROUTING -j REJECT', 'PREROUTING'],
    ['-t nat -A POSTROUTING -j DNAT --to-destination 1.1.1.1', 'POSTROUTING'],
    ['-t nat -A PREROUTING -j MASQUERADE', 'PREROUTING'],
    ['-t nat -A PREROUTING -j SNAT --to-source 1.1.1.1', 'PREROUTING'],
    ['-t nat -A POSTROUTING -j REDIRECT', 'POSTROUTING'],
    ['-t mangle -A FORWARD -j TCPMSS --clamp-mss-to-pmtu', 'FORWARD'],
  ])('%s is refused by the kernel', async (line, chain) => {
    expect(await machine().run(['iptables', ...splitWords(line)])).toMatchObject({
      code: 4,
      stderr: `iptables v1.8.13 (nf_tables):  RULE_APPEND failed (Invalid argument): rule in chain ${chain}\n`,
    });
  });
});

describe('LOG', () => {
  it('writes the kernel line of what it saw to dmesg', async () => {
    const m = await makeMachine();
    await m.run(['iptables', '-A', 'INPUT', '-p', 'icmp', '-j', 'LOG', '--log-prefix', 'seen: ']);
    await m.run(['iptables', '-A', 'OUTPUT', '-p', 'udp', '-j', 'LOG', '--log-uid', '--log-level', 'debug']);
    expect((await m.sh('ping -c 1 172.17.0.1', 'web')).code).toBe(0);
    await m.run(['nc', '-u', '-w', '1', '172.17.0.2', '9'], { stdin: 'x' });
    const lines = (await m.sh('dmesg')).stdout
      .split('\n')
      .filter((l) => l.includes('IN='))
      .map((l) =>
        l
          .slice(l.indexOf(']') + 2)
          .replace(/MAC=22:a4:9f:7e:0a:1e(:[0-9a-f]{2}){6}:08:00/, 'MAC=…')
          .replace(/ ID=\d+/g, ' ID=N')
          .replace(/SPT=\d+/, 'SPT=N'),
      );
    expect(lines).toEqual([
      'seen: IN=docker0 OUT= PHYSIN=vethweb MAC=… SRC=172.17.0.2 DST=172.17.0.1 LEN=84 TOS=0x00 PREC=0x00 TTL=64 ID=N DF PROTO=ICMP TYPE=8 CODE=0 ID=N SEQ=1 ',
      'IN= OUT=docker0 SRC=172.17.0.1 DST=172.17.0.2 LEN=29 TOS=0x00 PREC=0x00 TTL=64 ID=N DF PROTO=UDP SPT=N DPT=9 LEN=9 UID=0 GID=0 ',
      'seen: IN=docker0 OUT= PHYSIN=vethweb MAC=… SRC=172.17.0.2 DST=172.17.0.1 LEN=57 TOS=0x00 PREC=0xC0 TTL=64 ID=N PROTO=ICMP TYPE=3 CODE=3 [SRC=172.17.0.1 DST=172.17.0.2 LEN=29 TOS=0x00 PREC=0x00 TTL=64 ID=N DF PROTO=UDP SPT=N DPT=9 LEN=9 ] ',
    ]);
  });
});

it.each([
  ['-A INPUT -m cpu --cpu 0 -j DROP', 'cpu', 'RULE_APPEND'],
  ['-A INPUT -m bpf --bytecode foo -j ACCEPT', 'bpf', 'RULE_APPEND'],
  ['-I INPUT -p tcp -j SYNPROXY --mss 1460', 'SYNPROXY', 'RULE_INSERT'],
  ['-t mangle -A PREROUTING -p tcp -j TCPOPTSTRIP --strip-options sack', 'TCPOPTSTRIP', 'RULE_APPEND'],
])('%s: the kernel is without it', async (line, name, what) => {
  const chain = line.includes('PREROUTING') ? 'PREROUTING' : 'INPUT';
  const m = await makeMachine();
  const r = await m.sh(`iptables ${line}`);
  expect([r.code, r.stderr]).toEqual([
    4,
    `Warning: Extension ${name} revision 0 not supported, missing kernel module?\niptables v1.8.13 (nf_tables):  ${what} failed (No such file or directory): rule in chain ${chain}\n`,
  ]);
});

it('-j DNAT --to is --to-destination; the nat table takes no DROP', async () => {
  const m = await makeMachine();
  await m.sh('iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to 10.0.0.2:80');
  expect((await m.sh('iptables -t nat -S PREROUTING')).stdout).toBe(
    '-P PREROUTING ACCEPT\n-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80\n',
  );
  const refused =
    'iptables v1.8.13 (nf_tables): \nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n\n' +
    "Try `iptables -h' or 'iptables --help' for more information.\n";
  for (const line of ['-A PREROUTING -j DROP', '-P PREROUTING DROP'])
    expect(await m.sh(`iptables -t nat ${line}`)).toMatchObject({ code: 2, stderr: refused });
});

it('ip6tables -L has -- as its options', async () => {
  const m = await makeMachine();
  await m.sh('ip6tables -A INPUT -p tcp -j ACCEPT');
  expect((await m.sh('ip6tables -nL INPUT')).stdout).toMatch(/^ACCEPT +tcp +-- +::\/0 /m);
});
