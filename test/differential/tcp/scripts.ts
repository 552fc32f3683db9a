/** What is played to both. Each waits little: the kernel's clock is the real one. */
import type { Script } from './play.ts';
import { Flow } from './segment.ts';

const MSS = 1460;

export const SCRIPTS: Readonly<Record<string, Script>> = {
  /** RFC 9293 §3.5, 7323, 2018 */
  'handshake with every option': async (p) => {
    const listener = await p.server();
    await p.peer({ flags: 'S', mss: 1460, sackOk: true, wscale: 7, ts: 100 });
    await p.peer({ flags: 'A', seq: 1, ack: 1, ts: 101 });
    const fd = await p.stack.accept(listener);
    await p.peer({ flags: 'PA', seq: 1, ack: 1, data: 100, ts: 102 }, 60);
    await p.call('write', p.stack.write(fd, 200));
    await p.wait(30);
    await p.peer({ flags: 'A', seq: 101, ack: 201, ts: 103 });
  },

  'handshake without options': async (p) => {
    const fd = await p.accepted({});
    await p.call('write', p.stack.write(fd, 1000));
    await p.wait(30);
    await p.peer({ flags: 'A', seq: 1, ack: 1001 });
  },

  'connect, and SYN again': async (p) => {
    const fd = await p.stack.socket();
    p.flow = new Flow(0, 7000);
    await p.call('connect', p.stack.connect(fd, 7000));
    await p.wait(3300);
    await p.peer({ flags: 'SA', ack: 1, mss: 1460, sackOk: true, wscale: 7 });
    await p.call('write', p.stack.write(fd, 10));
    await p.wait(30);
  },

  /** RFC 1122 §4.2.3.2; each is told at once while the window grows, and when nothing is answered */
  'acknowledgements at once, then delayed': async (p) => {
    const fd = await p.accepted();
    p.flow.windows = false;
    for (let i = 0; i < 12; i++)
      await p.stack.inject(p.flow.frame({ flags: 'A', seq: 1 + i * MSS, ack: 1, data: MSS }));
    await p.wait(30);
    await p.call('write', p.stack.write(fd, 100));
    await p.wait(20);
    await p.peer({ flags: 'PA', seq: 1 + 12 * MSS, ack: 101, data: 10 }, 120);
    await p.peer({ flags: 'PA', seq: 11 + 12 * MSS, ack: 101, data: 10 }, 120);
    for (const i of [0, 1])
      await p.stack.inject(p.flow.frame({ flags: 'A', seq: 21 + (12 + i) * MSS, ack: 101, data: MSS }));
    await p.wait(60);
  },

  'pieces out of order are acknowledged with SACK': async (p) => {
    const fd = await p.accepted();
    await p.peer({ flags: 'A', seq: 1 + MSS, ack: 1, data: MSS });
    await p.peer({ flags: 'A', seq: 1 + 3 * MSS, ack: 1, data: MSS });
    await p.peer({ flags: 'A', seq: 1 + 3 * MSS, ack: 1, data: MSS });
    await p.peer({ flags: 'A', seq: 1, ack: 1, data: MSS });
    await p.peer({ flags: 'A', seq: 1 + 2 * MSS, ack: 1, data: MSS });
    await p.call('read', p.stack.read(fd, 65536));
    await p.peer({ flags: 'A', seq: 1, ack: 1, data: MSS });
  },

  /** RFC 6675, 8985 */
  'fast retransmit by SACK': async (p) => {
    const fd = await p.accepted();
    await p.call('write', p.stack.write(fd, 10 * MSS));
    await p.wait(20);
    const hole = 1 + MSS;
    for (const n of [3, 4, 5]) await p.peer({ flags: 'A', seq: 1, ack: hole, sack: [[hole + MSS, 1 + n * MSS]] }, 40);
    await p.peer({ flags: 'A', seq: 1, ack: 1 + 10 * MSS }, 30);
  },

  /** RFC 6298 */
  'nobody answers: loss probe, then timeouts that double': async (p) => {
    const fd = await p.accepted();
    await p.call('write', p.stack.write(fd, 100));
    await p.wait(3600);
    await p.peer({ flags: 'A', seq: 1, ack: 101 });
    await p.call('write', p.stack.write(fd, 100));
    await p.wait(350);
  },

  /** RFC 9293 §3.8.6.1 */
  'a shut window is probed': async (p) => {
    const fd = await p.accepted(undefined, 0);
    await p.call('write', p.stack.write(fd, 100));
    await p.wait(1300);
    await p.peer({ flags: 'A', seq: 1, ack: 1, win: 1 }, 50);
    await p.peer({ flags: 'A', seq: 1, ack: 101, win: 1 }, 50);
  },

  'FIN from here, half close': async (p) => {
    const fd = await p.accepted();
    await p.call('shutdown', p.stack.shutdown(fd, 'write'));
    await p.wait(20);
    await p.peer({ flags: 'A', seq: 1, ack: 2 });
    await p.peer({ flags: 'PA', seq: 1, ack: 2, data: 50 }, 60);
    await p.call('read', p.stack.read(fd, 100));
    await p.peer({ flags: 'FA', seq: 51, ack: 2 }, 60);
    await p.call('read', p.stack.read(fd, 100));
    await p.peer({ flags: 'FA', seq: 51, ack: 2 }, 60);
    await p.peer({ flags: 'S', seq: 52 }, 30);
  },

  'FIN from there': async (p) => {
    const fd = await p.accepted();
    await p.peer({ flags: 'FA', seq: 1, ack: 1 }, 60);
    await p.call('read', p.stack.read(fd, 100));
    await p.call('write', p.stack.write(fd, 50));
    await p.wait(20);
    await p.peer({ flags: 'A', seq: 2, ack: 51 });
    await p.call('close', p.stack.close(fd));
    await p.wait(350);
    await p.peer({ flags: 'A', seq: 2, ack: 52 });
    await p.peer({ flags: 'A', seq: 2, ack: 52 });
  },

  'both close at once': async (p) => {
    const fd = await p.accepted();
    await p.call('shutdown', p.stack.shutdown(fd, 'write'));
    await p.wait(10);
    await p.peer({ flags: 'FA', seq: 1, ack: 1 }, 60);
    await p.peer({ flags: 'A', seq: 2, ack: 2 });
    await p.peer({ flags: 'A', seq: 2, ack: 2 });
  },

  'resets: a closed port, an ACK nobody waits for': async (p) => {
    await p.peer({ flags: 'S', mss: 1460 });
    await p.peer({ flags: 'A', seq: 5, ack: 77 });
    await p.peer({ flags: 'FA', seq: 5, ack: 77, data: 9 });
    await p.peer({ flags: 'R', seq: 5 });
    await p.server();
    await p.peer({ flags: 'A', seq: 5, ack: 77 });
    await p.peer({ flags: 'SA', seq: 5, ack: 77 });
    await p.peer({ flags: 'R', seq: 5 });
    await p.peer({ flags: 'F', seq: 5 });
  },

  'close with unread bytes resets': async (p) => {
    const fd = await p.accepted();
    await p.peer({ flags: 'PA', seq: 1, ack: 1, data: 20 }, 60);
    await p.call('close', p.stack.close(fd));
    await p.wait(30);
    await p.peer({ flags: 'PA', seq: 21, ack: 1, data: 20 });
  },

  'data after close resets': async (p) => {
    const fd = await p.accepted();
    await p.call('close', p.stack.close(fd));
    await p.wait(20);
    await p.peer({ flags: 'PA', seq: 1, ack: 1, data: 20 });
    await p.peer({ flags: 'A', seq: 1, ack: 2 });
  },

  /** RFC 5961 */
  'challenge ACKs, and the reset that counts': async (p) => {
    const fd = await p.accepted();
    await p.stack.setting('tcp_invalid_ratelimit', 0);
    await p.peer({ flags: 'S', seq: 500 });
    await p.peer({ flags: 'R', seq: 400 });
    await p.peer({ flags: 'R', seq: 70000 });
    await p.peer({ flags: 'A', seq: 1, ack: 5000 });
    await p.peer({ flags: 'A', seq: 70000, ack: 1, data: 5 });
    await p.call('read', p.stack.read(fd, 10));
    await p.peer({ flags: 'R', seq: 1 });
    await p.call('read', p.stack.read(fd, 10));
    await p.call('read', p.stack.read(fd, 10));
  },

  keepalive: async (p) => {
    const fd = await p.accepted();
    await p.stack.option(fd, 'keepidle', 1);
    await p.stack.option(fd, 'keepintvl', 1);
    await p.stack.option(fd, 'keepcnt', 2);
    await p.call('keepalive', p.stack.option(fd, 'keepalive', 1));
    await p.wait(1300);
    await p.peer({ flags: 'A', seq: 1, ack: 1 }, 3500);
    await p.call('read', p.stack.read(fd, 10));
  },

  'a full queue lets the last ACK wait': async (p) => {
    const listener = await p.server(1);
    for (const peer of [41001, 41002, 41003, 41004]) {
      p.flow = new Flow(5000, peer);
      await p.peer({ flags: 'S', mss: 1460 });
      await p.peer({ flags: 'A', seq: 1, ack: 1 });
    }
    await p.wait(1200);
    for (let i = 0; i < 3; i++)
      await p.call(
        'accept',
        p.stack.accept(listener).then((n) => (n > 0 ? 1 : n)),
      );
  },

  'Nagle, and without': async (p) => {
    const fd = await p.accepted();
    for (let i = 0; i < 3; i++) await p.stack.write(fd, 10);
    await p.wait(20);
    await p.peer({ flags: 'A', seq: 1, ack: 11 }, 20);
    await p.stack.option(fd, 'nodelay', 1);
    for (let i = 0; i < 3; i++) await p.stack.write(fd, 10);
    await p.wait(20);
    await p.peer({ flags: 'A', seq: 1, ack: 61 }, 20);
    await p.stack.option(fd, 'cork', 1);
    await p.stack.write(fd, 100);
    await p.wait(50);
    await p.stack.option(fd, 'cork', 0);
    await p.wait(20);
  },
};
