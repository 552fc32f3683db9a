/** Commands that people type on the machine: what they do, and what they say. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, open } from '../docker/lab/sh.ts';

let m: Machine;
beforeAll(async () => {
  m = await open();
  await m.out('docker run -d --name c1 busybox sleep 10000');
  await m.out('docker run -d --name web -p 8081:80 traefik/whoami');
});

const C1 = "$(docker inspect -f '{{.State.Pid}}' c1)";

describe('iptables -m recent and zones', () => {
  test('a fourth ping within a minute is dropped; the table can be read and changed', async () => {
    await m.out('iptables -A INPUT -p icmp -m recent --name p --update --seconds 60 --hitcount 4 -j DROP');
    await m.out('iptables -A INPUT -p icmp -m recent --name p --set');
    expect(await m.out('docker exec c1 ping -c 6 172.17.0.1 || true')).toContain(
      '6 packets transmitted, 4 packets received',
    );
    expect(await m.out('cat /proc/net/xt_recent/p')).toMatch(
      /^src=172\.17\.0\.2 ttl: 64 last_seen: (\d{10}) oldest_pkt: 6( \d{10},){5} \1$/,
    );
    await m.out('echo -172.17.0.2 > /proc/net/xt_recent/p; echo +192.0.2.7 > /proc/net/xt_recent/p');
    expect(await m.out('cat /proc/net/xt_recent/p')).toMatch(
      /^src=192\.0\.2\.7 ttl: 0 last_seen: \d+ oldest_pkt: 1 \d+$/,
    );
    expect(await m.fails('echo foo > /proc/net/xt_recent/p')).toContain('echo: write error: Invalid argument');
    await m.out('iptables -F INPUT');
    expect(await m.out('ls /proc/net/xt_recent')).toBe('');
  });
  test('CT --zone is shown by conntrack', async () => {
    await m.out('iptables -t raw -A PREROUTING -i docker0 -j CT --zone 5');
    await m.out('iptables -t raw -A OUTPUT -o docker0 -j CT --zone 5');
    await m.out('docker exec c1 ping -c 1 172.17.0.1');
    expect(await m.out('conntrack -L -w 5 -p icmp 2>/dev/null')).toMatch(
      /^icmp +1 \d+ src=172\.17\.0\.2 dst=172\.17\.0\.1 type=8 code=0 id=\d+ src=172\.17\.0\.1 dst=172\.17\.0\.2 type=0 code=0 id=\d+ mark=0 zone=5 use=1$/,
    );
    expect(await m.out('conntrack -L --orig-zone 6 2>/dev/null')).toBe('');
    await m.out('iptables -t raw -D PREROUTING -i docker0 -j CT --zone 5');
    await m.out('iptables -t raw -D OUTPUT -o docker0 -j CT --zone 5');
  });
});

describe('arping', () => {
  test('asks, looks for a duplicate, tells', async () => {
    expect(await m.out('arping -c 2 -I docker0 172.17.0.2')).toMatch(
      /^ARPING 172\.17\.0\.2 from 172\.17\.0\.1 docker0\n(Unicast reply from 172\.17\.0\.2 \[[0-9A-F:]{17}\] {2}\d\.\d{3}ms\n){2}Sent 2 probes \(1 broadcast\(s\)\)\nReceived 2 response\(s\)$/,
    );
    expect(await m.out('arping -D -c 1 -I docker0 172.17.0.9')).toContain('from 0.0.0.0 docker0');
    expect(await m.fails('arping -q -D -c 1 -I docker0 172.17.0.2', true)).toBe(' [1]');
    const heard = await m.out(
      'timeout 4 tcpdump -nei docker0 arp 2>/dev/null & sleep 0.5; arping -q -U -c 1 -I docker0 172.17.0.1; arping -q -A -c 1 -I docker0 172.17.0.1; wait %1; true',
    );
    expect(
      heard
        .trim()
        .replace(/^\S+ /gm, '')
        .replace(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g, 'M'),
    ).toBe(
      'M > M, ethertype ARP (0x0806), length 42: Request who-has 172.17.0.1 (M) tell 172.17.0.1, length 28\n' +
        'M > M, ethertype ARP (0x0806), length 42: Reply 172.17.0.1 is-at M, length 28',
    );
  });
});

describe('sysctl', () => {
  test('files of settings', async () => {
    await m.out("printf '# c\\nnet.ipv4.conf.all.rp_filter=2\\n-net.nope = 3\\n' > /etc/sysctl.d/10-a.conf");
    expect(await m.out('sysctl -p /etc/sysctl.d/10-a.conf')).toBe('net.ipv4.conf.all.rp_filter = 2');
    expect(await m.out('sysctl --system')).toBe(
      '* Applying /etc/sysctl.d/10-a.conf ...\nnet.ipv4.conf.all.rp_filter = 2',
    );
    expect(await m.fails('sysctl -p')).toBe('sysctl: cannot open "/etc/sysctl.conf": No such file or directory [1]');
  });
});

describe('namespaces', () => {
  test('nsenter runs programs of the mounts it enters', async () => {
    expect(await m.out(`nsenter -t ${C1} -n -m -u -p hostname`)).toBe(await m.out('docker exec c1 hostname'));
  });
  test('ip netns attach, pids, identify', async () => {
    await m.out(`ip netns attach foo ${C1}`);
    expect(await m.out('ip netns exec foo ip -br -4 addr show eth0')).toContain('172.17.0.2/16');
    expect(await m.out('ip netns pids foo')).toBe(await m.out(`echo ${C1}`));
    expect(await m.out(`ip netns identify ${C1}`)).toBe('foo');
    await m.out('ip netns del foo');
    expect(await m.out('docker exec c1 ip addr show eth0')).toContain('172.17.0.2/16');
  });
});

describe('curl', () => {
  const told = (text: string): string[] => text.split(/\r?\n/).filter((l) => /^(GET|POST|Host:|Proxy)/.test(l));
  test('-x, http_proxy, --noproxy, --connect-to', async () => {
    const asked = ['GET http://example.org/y HTTP/1.1', 'Host: example.org', 'Proxy-Connection: Keep-Alive'];
    expect(told(await m.out('curl -s -x 127.0.0.1:8081 http://example.org/y'))).toEqual(asked);
    expect(told(await m.out('http_proxy=127.0.0.1:8081 curl -s http://example.org/y'))).toEqual(asked);
    expect(told(await m.out('curl -s -x nope:1 --noproxy 127.0.0.1 http://127.0.0.1:8081/'))[0]).toBe('GET / HTTP/1.1');
    expect(told(await m.out('curl -s --connect-to foo:80:127.0.0.1:8081 http://foo/z'))).toEqual([
      'GET /z HTTP/1.1',
      'Host: foo',
    ]);
    expect(await m.fails('curl -sS -x nope.test:1 http://example.org/')).toBe(
      'curl: (5) Could not resolve proxy: nope.test [5]',
    );
  });
  test('-F', async () => {
    const text = await m.out("curl -s -F a=b -F 'f=@/etc/hostname' http://127.0.0.1:8081/");
    const mark = /boundary=(\S+)/.exec(text)?.[1];
    expect(mark).toMatch(/^-{24}[A-Za-z0-9]{22}$/);
    expect(text.replaceAll('\r', '').replaceAll(mark as string, 'MARK')).toContain(
      '--MARK\nContent-Disposition: form-data; name="a"\n\nb\n--MARK\nContent-Disposition: form-data; name="f"; filename="hostname"\nContent-Type: application/octet-stream\n\nnode1\n\n--MARK--',
    );
    expect(await m.fails('curl -s -S -F f=@/nope http://127.0.0.1:8081/')).toBe(
      'curl: (26) Failed to open/read local data from file/application [26]',
    );
  });
});

describe('small tools', () => {
  test.each([
    ["expr 1 + 2 '*' 3", '7'],
    ["expr abcdef : 'abc\\(.*\\)'", 'def'],
    ['expr length hello', '5'],
    ['factor 12 97', '12: 2 2 3\n97: 97'],
    ["echo 'a $X $Y' | X=1 Y=2 envsubst", 'a 1 2'],
    ['echo abcdefghij | fold -w 4', 'abcd\nefgh\nij'],
    ["comm -12 <(printf 'a\\nb\\n') <(printf 'b\\nc\\n')", 'b'],
    ['truncate -s 10K /tmp/t; stat -c %s /tmp/t', '10240'],
    [
      'dd if=/dev/zero of=/tmp/z bs=1M count=2 2>&1 | head -2; stat -c %s /tmp/z',
      '2+0 records in\n2+0 records out\n2097152',
    ],
    ["df / | tail -1 | awk '{print $1, $2, $6}'", '/dev/vda1 41152736 /'],
    ['python3 -c "print(1+2)"', '3'],
    ['docker exec c1 pidof sleep', '1'],
    ['bridge vlan show dev docker0', 'port              vlan-id  \ndocker0           1 PVID Egress Untagged'],
  ])('%s', async (command, text) => {
    expect(await m.out(command)).toBe(text);
  });
  test('netstat -s counts what happens', async () => {
    const opened = async (): Promise<number> =>
      Number(/(\d+) active connection openings/.exec(await m.out('netstat -st'))?.[1]);
    const before = await opened();
    await m.out('curl -s http://127.0.0.1:8081/');
    expect(await opened()).toBeGreaterThan(before);
    expect(await m.out('netstat -su')).toMatch(/^Udp:\n {4}\d+ packets received\n/m);
  });
});
