import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/base/http.ts';
import { isErr } from '../../../src/linux/kernel/errno.ts';
import { makeMachine, type TestMachine } from './machine.ts';

/** A wait without end. */
const FOREVER = { onInterrupt: () => () => {}, nonBlocking: false };

/** httpd of busybox in web's namespace, serving one page. */
async function serving(): Promise<TestMachine> {
  const m = await makeMachine();
  m.kernel.root.fs.mkdir('/srv/www', 0o755, true);
  m.kernel.root.fs.writeFile('/srv/www/index.html', utf8('Hello page\n'));
  m.start(['busybox', 'httpd', '-f', '-p', '80', '-h', '/srv/www'], { netns: m.spaces.web as number });
  await m.pass(1e9);
  return m;
}

describe('ping', () => {
  it('prints replies and statistics as iputils', async () => {
    const m = await makeMachine();
    const r = await m.sh('ping -c 2 web');
    expect(r.code).toBe(0);
    expect(r.stdout.replace(/\d+\.\d{3}/g, 'T')).toBe(
      `PING web (172.17.0.2) 56(84) bytes of data.
64 bytes from web (172.17.0.2): icmp_seq=1 ttl=64 time=T ms
64 bytes from web (172.17.0.2): icmp_seq=2 ttl=64 time=T ms

--- web ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 1000ms
rtt min/avg/max/mdev = T/T/T/T ms
`,
    );
  });

  it('reports a host that does not answer ARP', async () => {
    const m = await makeMachine();
    const r = await m.sh('ping -c 1 172.17.0.99', 'web');
    expect(r).toMatchObject({ code: 1, stderr: '' });
    expect(r.stdout).toBe(
      `PING 172.17.0.99 (172.17.0.99) 56(84) bytes of data.
From 172.17.0.2 icmp_seq=1 Destination Host Unreachable

--- 172.17.0.99 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms

`,
    );
    expect(await m.sh('ping -c 1 8.8.8.8')).toMatchObject({
      code: 2,
      stderr: 'ping: connect: Network is unreachable\n',
    });
  });

  it('is busybox’s own when busybox runs it', async () => {
    const m = await makeMachine();
    const r = await m.sh('busybox ping -c 1 web', 'cli');
    expect(r.stdout.replace(/\d+\.\d{3}/g, 'T')).toBe(
      `PING web (172.17.0.2): 56 data bytes
64 bytes from 172.17.0.2: seq=0 ttl=64 time=T ms

--- web ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = T/T/T ms
`,
    );
  });
});

describe('HTTP clients', () => {
  it('curl fetches, names its failures and writes out', async () => {
    const m = await serving();
    expect(await m.sh('curl -sS http://web/')).toMatchObject({ code: 0, stdout: 'Hello page\n', stderr: '' });
    expect(
      (await m.sh('curl -sS -o /dev/null -w %{http_code}/%{remote_ip}/%{remote_port}/%{size_download} web')).stdout,
    ).toBe('200/172.17.0.2/80/11');
    expect(await m.sh('curl -sSf http://web/nope')).toMatchObject({
      code: 22,
      stderr: 'curl: (22) The requested URL returned error: 404\n',
    });
    expect(await m.sh('curl -sS http://172.17.0.2:81/')).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(
        /^curl: \(7\) Failed to connect to 172\.17\.0\.2:81 after \d+ ms: Could not connect to server\n$/,
      ),
    });
    expect(await m.sh('curl -sS --max-time 2 http://172.17.0.77/')).toMatchObject({
      code: 28,
      stderr: 'curl: (28) Connection timed out after 2000 milliseconds\n',
    });
    expect(await m.sh('curl -sS http://nosuch.lab/')).toMatchObject({
      code: 6,
      stderr: 'curl: (6) Could not resolve host: nosuch.lab\n',
    });
    expect(await m.sh('curl --frob')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('option --frob: is unknown'),
    });
  });

  it('curl shows its meter when the answer does not go to a terminal', async () => {
    const m = await serving();
    const { stderr } = await m.sh('curl http://web/');
    const lines = stderr.split(/[\r\n]+/);
    expect(lines[0]).toBe('  % Total    % Received % Xferd  Average Speed  Time    Time    Time   Current');
    expect(lines[2]).toBe('  0      0   0      0   0      0      0      0                              0');
    expect(lines[3]).toMatch(/^100 {5}11 100 {5}11 {3}0 {6}0 +\d+ {6}0 {24} +\d+$/);
  });

  it('both wgets work', async () => {
    const m = await serving();
    expect((await m.sh('wget -q -O - http://web/')).stdout).toBe('Hello page\n');
    expect((await m.sh('busybox wget -q -O - http://web/')).stdout).toBe('Hello page\n');
    expect(await m.sh('busybox wget -q -O - http://web:81/')).toMatchObject({
      code: 1,
      stderr: "wget: can't connect to remote host (172.17.0.2): Connection refused\n",
    });
  });
});

describe('sockets and connections', () => {
  it('ss lays its columns out as iproute2', async () => {
    const m = await serving();
    const r = await m.sh('ss -tlnp', 'web');
    expect(r.stdout.replace(/pid=\d+,fd=\d+/, 'P')).toBe(
      `State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      9                  *:80              *:*    users:(("busybox",P))
`,
    );
    expect((await m.sh('ss -tn')).stdout).toBe('State Recv-Q Send-Q Local Address:Port Peer Address:Port\n');
  });

  it('ss -tino tells what the sockets hold; nstat and /proc/net count', async () => {
    const m = await makeMachine();
    m.start(['nc', '-l', '-p', '7000'], { netns: m.spaces.web as number });
    await m.pass(1e8);
    const [inR, inW] = m.kernel.pipe();
    m.start(['nc', 'web', '7000'], { fds: [inR, undefined, undefined] });
    await inW.write(utf8('hello\n'), FOREVER);
    await m.pass(1e9);
    const { stdout } = await m.sh('ss -tino state established');
    expect(stdout.replace(/rtt:[\d.]+\/[\d.]+/, 'rtt:T').replace(/minrtt:[\d.]+/, 'minrtt:T')).toMatch(
      /^Recv-Q Send-Q Local Address:Port +Peer Address:Port *\n0 +0 +172\.17\.0\.1:\d+ +172\.17\.0\.2:7000 *\n\t ts sack cubic wscale:10,10 rto:20\d rtt:T mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:10 bytes_sent:6 bytes_acked:7 segs_out:3 segs_in:2 data_segs_out:1 send \d+bps lastsnd:\d+ lastrcv:\d+ lastack:\d+ pacing_rate \d+bps delivered:2 app_limited rcv_space:14480 rcv_ssthresh:64088 minrtt:T snd_wnd:65536 rcv_wnd:64512\n$/,
    );
    const counts = (await m.sh('nstat -az TcpActiveOpens TcpExtTCPOrigDataSent TcpRetransSegs')).stdout;
    expect(counts).toBe(
      '#kernel\nTcpActiveOpens                  1                  0.0\nTcpRetransSegs                  0                  0.0\nTcpExtTCPOrigDataSent           1                  0.0\n',
    );
    expect((await m.sh('nstat Tcp*Opens')).stdout).toBe('#kernel\n');
    let snmp: string[] = [];
    await m.exec(async (sys) => {
      const bytes = sys.readFile('/proc/net/snmp');
      snmp = isErr(bytes) ? [bytes.text] : new TextDecoder().decode(bytes).split('\n');
      return 0;
    });
    const tcp = snmp.filter((l) => l.startsWith('Tcp:'));
    expect(tcp[0]).toMatch(
      /^Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab/,
    );
    expect(tcp[1]).toMatch(/^Tcp: 1 200 120000 -1 1 0 0 0 1 /);
  });

  it('nc talks to a listening nc', async () => {
    const m = await makeMachine();
    const [outR, outW] = m.kernel.pipe();
    const listener = m.start(['nc', '-l', '-p', '7000'], {
      netns: m.spaces.web as number,
      fds: [undefined, outW, undefined],
    });
    await m.pass(1e8);
    expect((await m.run(['nc', '-N', 'web', '7000'], { stdin: 'over the bridge\n' })).code).toBe(0);
    m.kernel.kill(listener.pid, 15);
    expect(await m.until(m.drain(outR))).toBe('over the bridge\n');
    expect(await m.sh('busybox nc -u web 1')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^nc: invalid option -- 'u'\nBusyBox /),
    });
  });

  it('conntrack shows both directions of a translated connection', async () => {
    const m = await serving();
    await m.sh('iptables -t nat -A OUTPUT -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80');
    expect((await m.sh('curl -sS http://172.17.0.1:8080/')).stdout).toBe('Hello page\n');
    const { stdout, stderr } = await m.sh('conntrack -L -p tcp');
    expect(stdout).toMatch(
      /^tcp {6}6 \d+ TIME_WAIT src=172\.17\.0\.1 dst=172\.17\.0\.1 sport=(\d+) dport=8080 src=172\.17\.0\.2 dst=172\.17\.0\.1 sport=80 dport=\1 \[ASSURED\] mark=0 use=1\n$/,
    );
    expect(stderr).toBe('conntrack v1.4.9 (conntrack-tools): 1 flow entries have been shown.\n');
  });
});

describe('ping of iputils', () => {
  it('asks before it pings a broadcast address', async () => {
    const m = await makeMachine();
    expect(await m.sh('ping -c 1 172.17.255.255')).toMatchObject({
      code: 2,
      stderr: 'ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules\n',
    });
    const r = await m.sh('ping -b -c 1 172.17.255.255');
    expect(r.stderr).toBe('WARNING: pinging broadcast address\n');
    expect(r.stdout).toContain('1 packets transmitted, 0 received');
  });

  it('fills requests with a pattern', async () => {
    const m = await makeMachine();
    const [outR, outW] = m.kernel.pipe();
    m.start(['tcpdump', '-n', '-x', '-i', 'docker0', '-c', '1', 'icmp'], { fds: [undefined, outW, undefined] });
    await m.pass(1e8);
    expect((await m.sh('ping -c 1 -p ab0c -s 22 172.17.0.2')).stdout).toMatch(/^PATTERN: 0xab0c\nPING /);
    const hex = (await m.until(m.drain(outR))).replace(/\n\t0x\w+: +/g, ' ');
    expect(hex).toMatch(/ ab0c ab0c ab0c$/m);
    expect((await m.sh('ping -p zz 172.17.0.2')).stderr).toBe('ping: patterns must be specified as hex digits: zz\n');
    expect((await m.sh('ping -t 300 172.17.0.2')).stderr).toBe(
      "ping: invalid argument: '300': out of range: 0 <= value <= 255\n",
    );
  });
});

describe('tcpdump', () => {
  it('captures what the filter lets through, and counts', async () => {
    const m = await makeMachine();
    const [outR, outW] = m.kernel.pipe();
    const [errR, errW] = m.kernel.pipe();
    const dump = m.start(['tcpdump', '-n', '-i', 'docker0', '-c', '2', 'icmp', 'and', 'host', 'web'], {
      fds: [undefined, outW, errW],
    });
    await m.pass(1e8);
    await m.sh('ping -c 1 172.17.0.2');
    expect((await m.until(dump.exited)).code).toBe(0);
    const lines = (await m.until(m.drain(outR))).split('\n');
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} IP 172\.17\.0\.1 > 172\.17\.0\.2: ICMP echo request, id \d+, seq 1, length 64$/,
    );
    expect(lines[1]).toMatch(/ IP 172\.17\.0\.2 > 172\.17\.0\.1: ICMP echo reply, id \d+, seq 1, length 64$/);
    expect(await m.until(m.drain(errR))).toBe(
      `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
listening on docker0, link-type EN10MB (Ethernet), snapshot length 262144 bytes
2 packets captured
2 packets received by filter
0 packets dropped by kernel
`,
    );
  });

  it('reads back the file it wrote', async () => {
    const m = await makeMachine();
    const dump = m.start(['tcpdump', '-i', 'any', '-c', '4', '-w', '/tmp/x.pcap', 'icmp']);
    await m.pass(1e8);
    await m.sh('ping -c 2 172.17.0.2');
    await m.until(dump.exited);
    const r = await m.sh('tcpdump -n -r /tmp/x.pcap -t icmp[icmptype]=icmp-echo');
    expect(r.stderr).toBe(
      'reading from file /tmp/x.pcap, link-type LINUX_SLL2 (Linux cooked v2), snapshot length 262144\n',
    );
    expect(r.stdout).toMatch(
      /^docker0 Out IP 172\.17\.0\.1 > 172\.17\.0\.2: ICMP echo request, id \d+, seq 1, length 64\nvethweb Out IP /,
    );
  });

  it.each([
    ['tcpdump -i nope', 'tcpdump: nope: No such device exists\n'],
    ['tcpdump -i docker0 host', "tcpdump: can't parse filter expression: syntax error\n"],
    ['tcpdump -i docker0 port nosuch', "tcpdump: unknown port 'nosuch'\n"],
  ])('%s fails', async (line, stderr) => {
    const m = await makeMachine();
    expect(await m.sh(line)).toMatchObject({ code: 1, stderr });
  });
});
