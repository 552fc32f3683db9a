/**
 * A published port, frame by frame: who the server sees, and in which order ARP, SYN and DNAT come. The order is that
 * of real captures of the same two requests (by 127.0.0.1, and from another machine of the LAN).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import type { ViewFrame } from '../../src/lab/view.ts';
import { makeLab } from '../rig.ts';

const NODE1 = '192.168.56.11';
const NODE3 = '192.168.56.13';
const BRIDGE = '172.17.0.1';
const WEB = '172.17.0.2';

async function ok(lab: Lab, host: string, command: string): Promise<string> {
  const { stdout, stderr, exit } = await lab.run(host, command);
  expect(`${stderr}exit ${exit}`).toBe('exit 0');
  return stdout;
}

describe('a published port', () => {
  let lab: Lab;
  let mark = 0;

  beforeAll(async () => {
    lab = await makeLab();
    await ok(lab, 'node1', 'docker run -d --name web -p 8080:5000 training/webapp >/dev/null');
    await lab.pass(5e9);
  });

  /** Frames that crossed while a command ran. */
  async function during(host: string, command: string): Promise<ViewFrame[]> {
    mark = (lab.frames(0).frames.at(-1)?.seq ?? -1) + 1;
    expect(await ok(lab, host, command)).toBe('Hello world!');
    await lab.pass(1e9);
    return [...lab.frames(mark).frames];
  }

  const syn = (f: ViewFrame): boolean => f.flags === 'S';
  const inside = (f: ViewFrame): boolean => f.container === 'web';

  it('from 127.0.0.1 is carried by docker-proxy: the server sees the bridge', async () => {
    await lab.run('node1', 'ip neigh flush all');
    const frames = await during('node1', 'curl -sS http://127.0.0.1:8080/');
    const first = frames.filter(syn);
    expect(first[0]).toMatchObject({ ifname: 'lo', src: '127.0.0.1', dst: '127.0.0.1', dport: 8080 });
    expect(frames.find((f) => inside(f) && syn(f))).toMatchObject({ src: BRIDGE, dst: WEB, dport: 5000 });
    const order = frames.filter(
      (f) => f.machine === 'node1' && !f.container && f.ifname === 'docker0' && f.direction === 'Out',
    );
    expect(order.slice(0, 2).map((f) => f.proto + (f.flags ?? ''))).toEqual(['ARP', 'TCPS']);
    expect(await ok(lab, 'node1', 'docker logs web 2>&1 | tail -1')).toMatch(/^172\.17\.0\.1 - - /);
  });

  it('from the LAN is DNATed: the server sees the client', async () => {
    await lab.run('node1', 'ip neigh flush all');
    const frames = await during('node3', `curl -sS http://${NODE1}:8080/`);
    const arrived = frames.findIndex(
      (f) => f.machine === 'node1' && f.ifname === 'eth0' && f.direction === 'In' && syn(f),
    );
    const asked = frames.findIndex(
      (f) => f.ifname === 'docker0' && f.direction === 'Out' && f.proto === 'ARP' && f.dst === WEB,
    );
    const sent = frames.findIndex((f) => f.ifname === 'docker0' && f.direction === 'Out' && syn(f));
    expect(frames[arrived]).toMatchObject({ src: NODE3, dst: NODE1, dport: 8080 });
    expect(frames[sent]).toMatchObject({ src: NODE3, dst: WEB, dport: 5000 });
    expect(arrived).toBeGreaterThanOrEqual(0);
    expect(asked).toBeGreaterThan(arrived);
    expect(sent).toBeGreaterThan(asked);
    expect(frames.find((f) => inside(f) && syn(f))).toMatchObject({ src: NODE3, dst: WEB, dport: 5000 });
    expect(frames.some((f) => f.ifname === 'lo' && syn(f))).toBe(false);
    expect(await ok(lab, 'node1', 'docker logs web 2>&1 | tail -1')).toMatch(/^192\.168\.56\.13 - - /);
  });

  it('moves the counters of the rules that it crossed, and only those', async () => {
    const dnat = async (): Promise<number> => {
      const text = await ok(lab, 'node1', "iptables -t nat -L DOCKER -n -v -x | awk '/dpt:8080/ {print $1}'");
      return Number(text);
    };
    const before = await dnat();
    await during('node1', 'curl -sS http://localhost:8080/');
    expect(await dnat()).toBe(before);
    await during('node3', `curl -sS http://${NODE1}:8080/`);
    expect(await dnat()).toBe(before + 1);
  });
});
