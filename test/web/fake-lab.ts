/**
 * A stand-in for the lab, to look at the page without one: a shell that echoes, a few commands that change the view.
 * For people who work on the page (`DRYDOCK_FAKE=1 npx vite`); no test of the product runs on it.
 */
import { Clock, MS } from '../../src/base/clock.ts';
import type { Host, Lab, LabOptions } from '../../src/lab/lab.ts';
import type { LabView, ViewContainer, ViewFrame, ViewLink } from '../../src/lab/view.ts';

const link = (id: number, name: string, kind: string, extra: Partial<ViewLink> = {}): ViewLink => ({
  id,
  name,
  kind,
  mac: `52:54:00:38:00:${(id % 256).toString(16).padStart(2, '0')}`,
  up: true,
  carrier: true,
  addrs: [],
  ...extra,
});

class Fake {
  clock = new Clock(0n);
  containers: ViewContainer[] = [];
  frames: ViewFrame[] = [];
  packet = 1;

  view(): LabView {
    const host = (n: number) => [
      link(n * 100 + 1, 'lo', 'loopback', { addrs: ['127.0.0.1/8', '::1/128'] }),
      link(n * 100 + 2, 'eth0', 'nic', { addrs: [`192.168.56.1${n}/24`] }),
      link(n * 100 + 3, 'docker0', 'bridge', {
        addrs: ['172.17.0.1/16'],
        carrier: n === 1 && this.containers.length > 0,
      }),
    ];
    const veths = this.containers
      .filter((c) => c.state === 'running')
      .map((c) => {
        const eth = c.links.find((l) => l.name === 'eth0') as ViewLink;
        return link(eth.peer as number, `veth${eth.id}a`, 'veth', { master: 'docker0', peer: eth.id });
      });
    const listening = this.containers.flatMap((c) => c.ports.map((p) => `${p.proto}/${p.hostIp}:${p.hostPort}`));
    return {
      time: this.clock.now,
      machines: [
        { name: 'node1', links: [...host(1), ...veths], containers: this.containers, networks: [], listening },
        { name: 'node2', links: host(2), containers: [], networks: [], listening: [] },
        { name: 'node3', links: host(3), containers: [], networks: [], listening: [] },
      ],
    };
  }

  run(name: string, image: string, ports: ViewContainer['ports']): void {
    const n = this.containers.length;
    const eth = link(500 + 2 * n, 'eth0', 'veth', { addrs: [`172.17.0.${n + 2}/16`], peer: 501 + 2 * n });
    const id = (0xabc123def456 + n * 7919).toString(16).padEnd(64, '0');
    this.containers = [
      ...this.containers,
      {
        id,
        name,
        image,
        state: 'running',
        links: [link(900 + n, 'lo', 'loopback', { addrs: ['127.0.0.1/8'] }), eth],
        ports,
        networks: [{ name: 'bridge', ip: `172.17.0.${n + 2}` }],
        attachments: ['bridge'],
        listening: ['tcp/0.0.0.0:5000'],
      },
    ];
  }

  hop(machine: string, ifname: string, linkId: number, direction: ViewFrame['direction'], f: Partial<ViewFrame>): void {
    this.frames.push({
      seq: this.frames.length,
      time: this.clock.now + this.frames.length * 1000,
      machine,
      ifname,
      link: linkId,
      direction,
      proto: 'TCP',
      src: '',
      dst: '',
      length: 74,
      summary: '',
      packet: this.packet,
      ...f,
    });
  }

  visit(c: ViewContainer): void {
    const ip = c.networks[0]?.ip ?? '';
    const eth = c.links.find((l) => l.name === 'eth0') as ViewLink;
    const arp = {
      proto: 'ARP',
      src: '192.168.56.11',
      dst: ip,
      length: 42,
      summary: `ARP, Request who-has ${ip} tell 172.17.0.1, length 28`,
    };
    this.hop('node1', 'docker0', 103, 'Out', arp);
    this.hop('node1', `veth${eth.id}a`, eth.peer as number, 'Out', arp);
    this.hop('node1', 'eth0', eth.id, 'B', { ...arp, container: c.name });
    this.packet++;
    const kinds = ['S', 'S.', '.', 'P.', 'P.', 'F.', 'F.'];
    kinds.forEach((flags, i) => {
      const back = i === 1 || i === 4 || i === 6;
      const src = back ? ip : '192.168.56.13';
      const dst = back ? '192.168.56.13' : ip;
      const f = {
        src,
        dst,
        flags,
        sport: back ? 5000 : 41234,
        dport: back ? 41234 : 5000,
        summary: `IP ${src}.${back ? 5000 : 41234} > ${dst}.${back ? 41234 : 5000}: Flags [${flags}], seq 1, length ${flags === 'P.' ? 78 : 0}`,
      };
      const way: [string, string, number, ViewFrame['direction'], boolean][] = [
        ['node3', 'eth0', 302, 'Out', false],
        ['node1', 'eth0', 102, 'In', false],
        ['node1', 'docker0', 103, 'Out', false],
        ['node1', `veth${eth.id}a`, eth.peer as number, 'Out', false],
        ['node1', 'eth0', eth.id, 'In', true],
      ];
      const flip = (d: ViewFrame['direction']): ViewFrame['direction'] => (d === 'Out' ? 'In' : 'Out');
      for (const [m, ifname, id, d, inside] of back ? way.reverse() : way)
        this.hop(m, ifname, id, back ? flip(d) : d, { ...f, container: inside ? c.name : undefined });
      this.packet++;
    });
  }
}

/** A shell of five words. */
function shell(fake: Fake, machine: string) {
  const out: string[] = [`root@${machine}:~# `];
  let line = '';
  let spam = false;
  const run = (text: string): string => {
    const publish = /docker run.*?-p (?:([\d.]+):)?(\d+):(\d+)/.exec(text);
    const name = /--name (\S+)/.exec(text)?.[1] ?? 'loving_robinson';
    if (/docker run .*-P/.test(text) || publish) {
      const [, hostIp, hostPort, port] = publish ?? [undefined, undefined, '32768', '5000'];
      const one = { proto: 'tcp', hostPort: Number(hostPort), containerPort: Number(port) };
      fake.run(
        name,
        'training/webapp',
        hostIp
          ? [{ ...one, hostIp }]
          : [
              { ...one, hostIp: '0.0.0.0' },
              { ...one, hostIp: '::' },
            ],
      );
      return 'f762144b8c8c479d340dce830a0bc518416e2c451e07f1f197ad947a39d11850\r\n';
    }
    if (text.startsWith('curl')) {
      const c = fake.containers.at(-1);
      if (c) fake.visit(c);
      return c ? 'Hello world!' : 'curl: (7) Failed to connect\r\n';
    }
    if (text === 'yes') spam = true;
    return text ? `${text}\r\n` : '';
  };
  return {
    pty: {
      input(bytes: Uint8Array) {
        for (const ch of new TextDecoder().decode(bytes)) {
          if (ch === '\x03') {
            spam = false;
            out.push(`^C\r\nroot@${machine}:~# `);
          } else if (ch === '\r') {
            out.push('\r\n', run(line));
            if (!spam) out.push(`root@${machine}:~# `);
            line = '';
          } else {
            line += ch;
            out.push(ch);
          }
        }
      },
      take(max: number) {
        if (spam) return new TextEncoder().encode('y\r\n'.repeat(Math.floor(max / 3)));
        const all = new TextEncoder().encode(out.splice(0).join(''));
        return all.subarray(0, max);
      },
      resize() {},
    },
    exited: new Promise<number>(() => {}),
  };
}

export async function createLab(_host: Host, options: LabOptions): Promise<Lab> {
  const fake = new Fake();
  const lab = {
    world: { clock: fake.clock },
    options,
    machines: [],
    machine: () => ({ docker: { handle: async () => ({ status: 404, headers: {}, body: new Uint8Array(0) }) } }),
    terminal: (machine: string) => shell(fake, machine),
    step: async (until: number) => {
      fake.clock.advance(until + MS);
      return true;
    },
    view: () => fake.view(),
    frames: (since: number) => ({ frames: fake.frames.filter((f) => f.seq >= since), lost: 0 }),
    calls: () => [],
  };
  return lab as unknown as Lab;
}
