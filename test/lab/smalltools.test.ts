/** fping, ncat, ipcalc, su, who, df: what they say of the machine and its neighbours. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from '../docker/lab/sh.ts';
import { Person } from '../person.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name c1 busybox httpd -f -p 80');
});

describe('fping', () => {
  test('tells who is alive, who is not, and of whom nothing is known', async () => {
    expect(await m.out('fping 172.17.0.2 172.17.0.9 nosuch.lab 2>/tmp/e; echo $?; cat /tmp/e')).toBe(
      '172.17.0.2 is alive\n172.17.0.9 is unreachable\n2\nnosuch.lab: Name or service not known\n' +
        'ICMP Host Unreachable from 172.17.0.1 for ICMP Echo sent to 172.17.0.9',
    );
    expect(await m.out('fping -a -g 172.17.0.0/29 2>/dev/null || true')).toBe('172.17.0.1\n172.17.0.2');
    expect(await m.out('fping -q -u -g 172.17.0.1 172.17.0.3 || true')).toBe('172.17.0.3');
  });
  test('-c counts, and sums up', async () => {
    expect(await m.out('fping -c 2 172.17.0.2 2>&1')).toMatch(
      /^(172\.17\.0\.2 : \[[01]\], 64 bytes, [\d.]+ ms \([\d.]+ avg, 0% loss\)\n){2}\n172\.17\.0\.2 : xmt\/rcv\/%loss = 2\/2\/0%, min\/avg\/max = [\d.]+\/[\d.]+\/[\d.]+$/,
    );
  });
});

describe('ncat', () => {
  test('a listener runs a command for whoever comes', async () => {
    expect(await m.out("ncat -l 9000 -c 'echo hi; cat' & sleep 0.2; echo yo | ncat 127.0.0.1 9000")).toBe('hi\nyo');
    expect(
      await m.out(
        '(ncat -ulv 9001 > /tmp/u 2>&1 &) ; sleep 0.2; echo x | ncat -u -w 1 --send-only 127.0.0.1 9001; sleep 1; cat /tmp/u',
      ),
    ).toMatch(
      /^Ncat: Version 7\.95 \( https:\/\/nmap\.org\/ncat \)\nNcat: Listening on \[::\]:9001\nNcat: Listening on 0\.0\.0\.0:9001\nNcat: Connection from 127\.0\.0\.1\.\nx$/,
    );
  });
  test('complains as nmap does', async () => {
    expect(await m.fails('ncat 172.17.0.2 81')).toBe('Ncat: Connection refused. [1]');
    expect(await m.fails('ncat')).toBe('Ncat: You must specify a host to connect to. QUITTING. [2]');
    expect(await m.out('ncat -zv 172.17.0.2 80 2>&1')).toContain('Ncat: Connected to 172.17.0.2:80.');
  });
});

describe('who is who', () => {
  test('su changes to a user and back', async () => {
    expect(await m.out('su nobody -s /bin/sh -c id')).toBe(
      'uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)',
    );
    expect(await m.out('su -c "exit 3"; echo $?')).toBe('3');
    expect(await m.fails('su nosuch')).toBe(
      'su: user nosuch does not exist or the user entry does not contain all the required fields [1]',
    );
    expect(await m.fails('su nobody -s /bin/sh -c "su root -c id"')).toBe('su: Authentication failure [1]');
  });
  test('who and w tell of sessions with a terminal', async () => {
    const p = await Person.at(m.lab);
    expect(await p.runs('who; users')).toMatch(/^root {5}pts\/0 {8}\d{4}-\d\d-\d\d \d\d:\d\d\nroot\n$/);
    expect(await p.runs('w')).toMatch(/1 user, .*\nUSER +TTY +LOGIN@ +IDLE +JCPU +PCPU +WHAT\nroot +pts\/0 .* w\n$/);
  });
});

describe('df', () => {
  test('a tmpfs has the size it was given, and disks of containers are the machine’s', async () => {
    const row = (s: string): string[] => s.trim().split(/\s+/);
    expect(row(await m.out('docker run --rm --tmpfs /t:size=64m busybox df /t | tail -1')).slice(0, 2)).toEqual([
      'tmpfs',
      '65536',
    ]);
    const host = row(await m.out('df / | tail -1'));
    const inside = row(await m.out('docker exec c1 df / | tail -1'));
    expect([inside[0], inside[1]]).toEqual(['overlay', host[1]]);
    await m.out('dd if=/dev/zero of=/big bs=1M count=10');
    expect(Number(row(await m.out('df / | tail -1'))[2])).toBe(Number(host[2]) + 10240);
  });
});

test('ipcalc', async () => {
  expect(
    await m.out('ipcalc 192.168.1.5/20'),
  ).toBe(`Address:   192.168.1.5          11000000.10101000.0000 0001.00000101
Netmask:   255.255.240.0 = 20   11111111.11111111.1111 0000.00000000
Wildcard:  0.0.15.255           00000000.00000000.0000 1111.11111111
=>
Network:   192.168.0.0/20       11000000.10101000.0000 0000.00000000
HostMin:   192.168.0.1          11000000.10101000.0000 0000.00000001
HostMax:   192.168.15.254       11000000.10101000.0000 1111.11111110
Broadcast: 192.168.15.255       11000000.10101000.0000 1111.11111111
Hosts/Net: 4094                  Class C, Private Internet
`);
});
