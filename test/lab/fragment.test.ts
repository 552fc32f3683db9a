/** Packets larger than the MTU, as one meets them at the terminal. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { bugs, makeLab } from '../rig.ts';

describe('packets larger than the MTU', () => {
  let lab: Lab;

  const out = async (host: string, command: string): Promise<string> => {
    const { stdout, stderr } = await lab.run(host, command);
    expect(bugs(lab)).toEqual([]);
    return stdout + stderr;
  };

  beforeAll(async () => {
    lab = await makeLab();
    await out('node1', 'docker run -d --name web -p 8080:5000 training/webapp >/dev/null');
    await lab.pass(5e9);
  });

  it('cross the bridge and the NAT in fragments', async () => {
    expect(await out('node1', 'ping -c1 -s 3000 172.17.0.2')).toContain(
      '3008 bytes from 172.17.0.2: icmp_seq=1 ttl=64',
    );
    expect(await out('node1', 'docker exec web ping -c1 -s 3000 203.0.113.10')).toMatch(
      /3008 bytes from 203\.0\.113\.10: (icmp_)?seq=\d ttl=\d+/,
    );
  });

  it('are refused with -M do, and the text says what fits', async () => {
    const text = await out('node1', 'ping -c1 -M do -s 1473 192.168.56.13');
    expect(text).toContain('ping: local error: message too long, mtu: 1500\n');
    expect(text).toContain('1 packets transmitted, 0 received, +1 errors, 100% packet loss');
    expect(await out('node1', 'ping -c1 -M do -s 1472 192.168.56.13')).toContain('1480 bytes from 192.168.56.13');
    expect(await out('node1', 'ping -c1 -M want -s 1473 192.168.56.13')).toContain('1481 bytes from 192.168.56.13');
  });

  it('are told of a narrower link by the router before it, which then is known', async () => {
    await out('node1', 'ip link set docker0 mtu 1400');
    await out('node3', 'ip route add 172.17.0.2/32 via 192.168.56.11');
    await out('node1', 'iptables -I DOCKER-USER -j ACCEPT; iptables -t raw -F');
    const text = await out('node3', 'ping -c2 -M do -s 1400 172.17.0.2');
    expect(text).toContain('From 192.168.56.11 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n');
    expect(text).toContain('ping: local error: message too long, mtu: 1400\n');
    await out('node1', 'ip link set docker0 mtu 1500');
  });

  it('are shown by tcpdump piece by piece', async () => {
    await out('node3', 'ip route flush cache');
    const text = await out(
      'node1',
      '(sleep 1; ping -c1 -s 3000 192.168.56.13 >/dev/null) & tcpdump -c3 -nvt -i eth0 icmp and src 192.168.56.11 2>/dev/null',
    );
    expect(text.replace(/id \d+/g, 'id N')).toContain(
      '(tos 0x0, ttl 64, id N, offset 0, flags [+], proto ICMP (1), length 1500)',
    );
    expect(text).toMatch(
      /offset 1480, flags \[\+\], proto ICMP \(1\), length 1500\)\n {4}192\.168\.56\.11 > 192\.168\.56\.13: ip-proto-1\n/,
    );
    expect(text).toMatch(
      /offset 2960, flags \[none\], proto ICMP \(1\), length 68\)\n {4}192\.168\.56\.11 > 192\.168\.56\.13: ip-proto-1\n/,
    );
  });
});
