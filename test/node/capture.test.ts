/** drydock run --capture: every frame of every machine in one pcapng file, read again by us and by Wireshark's tools. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PcapngFile } from '../../src/linux/core/pcapng.ts';
import { readPcapng } from '../../src/linux/core/pcapng-read.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const artifacts = `${root}test/artifacts/`;
const file = `${artifacts}lab.pcapng`;

const SCRIPT = `
docker run -d --name web -p 8080:5000 training/webapp >/dev/null
sleep 3
curl -sS http://127.0.0.1:8080/; echo
docker exec web ping -c1 192.168.56.12 >/dev/null
`;

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

function run(...args: string[]): string {
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(`${artifacts}lab.sh`, SCRIPT);
  return execFileSync('node', ['scripts/drydock.mjs', 'run', ...args, `${artifacts}lab.sh`], {
    cwd: root,
    encoding: 'utf8',
  });
}

describe('drydock run --capture', () => {
  let read: PcapngFile;

  beforeAll(() => {
    expect(run('--capture', file)).toContain('Hello world!');
    read = readPcapng(readFileSync(file)) as PcapngFile;
  });

  it('names each interface once, with its machine and container', () => {
    const names = read.interfaces.map((i) => `${i.description} ${i.name}`);
    for (const name of ['node1/web eth0', 'node1 docker0', 'node1 lo', 'node1 eth0', 'router node2', 'node2 eth0'])
      expect(names.filter((n) => n === name)).toEqual([name]);
  });

  it('follows one packet through all machines by its identity, in growing time', () => {
    const request = read.packets.find((p) => p.bytes[23] === 1 && p.bytes[34] === 8);
    const way = read.packets.filter((p) => p.id === request?.id);
    const at = way.map((p) => `${read.interfaces[p.interface]?.description} ${p.direction === 'outbound' ? '>' : '<'}`);
    expect(at.join(' ')).toBe('node1/web > node1 < node1 < node1 > router < router > node2 <');
    expect(read.packets.every((p, i) => i === 0 || p.time > (read.packets[i - 1]?.time ?? 0n))).toBe(true);
  });

  it('counts what it saw', () => {
    expect(read.statistics).toHaveLength(read.interfaces.length);
    for (const s of read.statistics) {
      expect(s.received).toBe(read.packets.filter((p) => p.interface === s.interface).length);
      expect(s.dropped).toBe(0);
    }
  });

  it.skipIf(!has('tshark'))(
    'tshark reads every frame with its interface and direction, and finds nothing wrong',
    () => {
      const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE'];
      const fields = [
        'frame.interface_name',
        'frame.interface_description',
        'frame.packet_flags_direction',
        'frame.time_epoch',
      ];
      const args = ['-n', '-r', file, ...checks, '-T', 'fields', ...fields.flatMap((f) => ['-e', f])];
      const rows = spawnSync('tshark', args, { encoding: 'utf8' }).stdout.trim().split('\n');
      expect(rows).toHaveLength(read.packets.length);
      expect(rows.map((r) => r.split('\t').slice(0, 2).join(' '))).toEqual(
        read.packets.map((p) => `${read.interfaces[p.interface]?.name} ${read.interfaces[p.interface]?.description}`),
      );
      expect(rows.map((r) => Number(r.split('\t')[2]))).toEqual(
        read.packets.map((p) => (p.direction === 'inbound' ? 1 : 2)),
      );
      const nanos = rows.map((r) => BigInt((r.split('\t')[3] as string).replace('.', '')));
      expect(nanos).toEqual(read.packets.map((p) => p.time));
      // The same segment is here on each interface it crossed: to put streams together from that is a mistake.
      const apart = ['-o', 'tcp.desegment_tcp_streams:FALSE', '-o', 'tcp.analyze_sequence_numbers:FALSE'];
      const bad =
        '_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || udp.checksum.status == "Bad"';
      expect(spawnSync('tshark', ['-r', file, ...checks, ...apart, '-Y', bad], { encoding: 'utf8' }).stdout).toBe('');
    },
  );

  it.skipIf(!has('capinfos'))('capinfos reads the interfaces and their statistics', () => {
    const { stdout } = spawnSync('capinfos', [file], { encoding: 'utf8' });
    expect(stdout).toMatch(/Capture application: +drydock/);
    expect(stdout).toContain(`Number of interfaces in file: ${read.interfaces.length}`);
    expect(stdout.match(/Number of stat entries = 1/g)).toHaveLength(read.interfaces.length);
    expect(stdout).toMatch(/Description = node1\/web/);
  });

  it.skipIf(!has('editcap'))('what editcap writes of it is read', () => {
    const copy = `${artifacts}copy.pcapng`;
    spawnSync('editcap', [file, copy]);
    const again = readPcapng(readFileSync(copy)) as PcapngFile;
    expect(again.packets.map((p) => [p.time, p.interface, p.bytes, p.direction])).toEqual(
      read.packets.map((p) => [p.time, p.interface, p.bytes, p.direction]),
    );
    expect(again.interfaces.map((i) => i.name)).toEqual(read.interfaces.map((i) => i.name));
  });

  it('a filter leaves the rest out', () => {
    run('--capture', file, '--capture-filter', 'icmp and src host 172.17.0.2');
    const some = readPcapng(readFileSync(file)) as PcapngFile;
    expect(some.packets.length).toBeGreaterThan(2);
    expect(some.packets.every((p) => p.bytes[23] === 1)).toBe(true);
    expect(() => run('--capture', file, '--capture-filter', 'what is this')).toThrow(/syntax error/);
  });
});
