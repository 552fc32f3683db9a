/** drydock run: a script captures a published port's request; Debian's tcpdump and tshark read every frame of it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const artifacts = `${root}test/artifacts/`;
const pcap = `${artifacts}published.pcap`;

const SCRIPT = `
docker run -d --name web -p 8080:5000 training/webapp >/dev/null
sleep 5
ip neigh flush all
tcpdump -i any -n -w /tmp/published.pcap 2>/dev/null &
sleep 1
curl -sS http://127.0.0.1:8080/; echo
sleep 1
kill -INT %1
wait %1
ls -l /tmp/published.pcap | awk '{print ($5 > 1000 ? "captured" : "empty")}'
`;

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe('drydock run --save', () => {
  let output = '';

  beforeAll(() => {
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(`${artifacts}capture.sh`, SCRIPT);
    const args = ['scripts/drydock.mjs', 'run', '--save', `/tmp/published.pcap=${pcap}`, `${artifacts}capture.sh`];
    output = execFileSync('node', args, { cwd: root, encoding: 'utf8' });
  });

  it('prints what a terminal shows', () => {
    expect(output).toContain('Hello world!\r\n');
    expect(output).toContain('captured\r\n');
  });

  it.skipIf(!has('tcpdump'))('tcpdump reads every frame, no checksum is bad, ARP comes before SYN', () => {
    const { stdout } = spawnSync('tcpdump', ['-nn', '-v', '-r', pcap], { encoding: 'utf8' });
    expect(stdout.split('\n').length).toBeGreaterThan(20);
    expect(stdout).not.toMatch(/bad cksum|\(incorrect/);
    const { stdout: cooked } = spawnSync('tcpdump', ['-nn', '-e', '-r', pcap], { encoding: 'utf8' });
    // what a container's IPv6 says when it starts comes at any moment
    const lines = cooked.split('\n').filter((l) => !l.includes('IPv6'));
    // tcpdump names interfaces by this computer's: the lab's lo is 1, docker0 is 3
    expect(lines[0]).toMatch(/ In {2}ifindex 1 .*127\.0\.0\.1\.\d+ > 127\.0\.0\.1\.8080: Flags \[S\]/);
    const docker0 = lines.filter((l) => / Out ifindex 3 /.test(l));
    expect(docker0[0]).toContain('Request who-has 172.17.0.2 tell 172.17.0.1');
    expect(docker0[1]).toMatch(/172\.17\.0\.1\.\d+ > 172\.17\.0\.2\.5000: Flags \[S\]/);
  });

  it.skipIf(!has('tshark'))('tshark finds nothing malformed and no bad checksum', () => {
    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE'];
    const bad =
      '_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"';
    const all = spawnSync('tshark', ['-r', pcap, ...checks], { encoding: 'utf8' });
    expect(all.stdout.trim().split('\n').length).toBeGreaterThan(20);
    expect(spawnSync('tshark', ['-r', pcap, ...checks, '-Y', bad], { encoding: 'utf8' }).stdout).toBe('');
  });
});
