/**
 * redis-server: PING, ECHO, SET, GET, DEL, EXISTS, INCR, KEYS *, QUIT over RESP or inline commands.
 *
 * Limits: strings only, nothing expires, nothing is saved.
 * @see Redis serialization protocol (RESP2)
 */

import { civil, two } from '../../../base/civil.ts';
import { MS } from '../../../base/clock.ts';
import { text } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../linux/kernel/signal.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';
import { listenTcp, print } from './serve.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export const redis: Program = {
  name: 'redis-server',
  async main(sys) {
    const log = (line: string): Promise<void> => {
      const c = civil(sys.realtime());
      const at = `${two(c.day)} ${MONTHS[c.month - 1]} ${c.year} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
      return print(sys, 1, `${sys.pid}:M ${at}.${String(Math.floor(c.nanos / 1e6)).padStart(3, '0')} * ${line}\n`);
    };
    await sys.cpu(30 * MS);
    const listener = listenTcp(sys, 6379, 511);
    if (isErr(listener)) {
      await log(`Warning: Could not create server TCP listening socket *:6379: bind: ${listener.text}`);
      return 1;
    }
    let stopping = false;
    for (const signal of [SIGNALS.SIGTERM, SIGNALS.SIGINT])
      sys.sigaction(signal, () => {
        stopping = true;
      });
    await log('Ready to accept connections tcp');
    const store = new Map<string, string>();
    while (!stopping) {
      const got = await sys.accept(listener);
      if (!isErr(got)) void client(sys, got.fd, store).catch(() => undefined);
    }
    await log('Redis is now ready to exit, bye bye...');
    return 0;
  },
};

async function client(sys: Sys, fd: Fd, store: Map<string, string>): Promise<void> {
  let buffer = '';
  for (;;) {
    const bytes = await sys.read(fd);
    if (isErr(bytes) || bytes.length === 0) break;
    buffer += text(bytes);
    for (let cut = take(buffer); cut; cut = take(buffer)) {
      buffer = buffer.slice(cut.used);
      if (cut.words.length === 0) continue;
      await print(sys, fd, run(cut.words, store));
      if (cut.words[0]?.toUpperCase() === 'QUIT') {
        sys.close(fd);
        return;
      }
    }
  }
  sys.close(fd);
}

/** One command at the head of the buffer, or undefined when it is not complete. */
function take(buffer: string): { words: string[]; used: number } | undefined {
  const end = buffer.indexOf('\n');
  if (end < 0) return undefined;
  if (buffer[0] !== '*') return { words: buffer.slice(0, end).trim().split(/\s+/).filter(Boolean), used: end + 1 };
  let at = end + 1;
  const words: string[] = [];
  for (let n = Number(buffer.slice(1, end)); n > 0; n--) {
    const line = buffer.indexOf('\n', at);
    if (line < 0) return undefined;
    const size = Number(buffer.slice(at + 1, line));
    if (buffer.length < line + 1 + size + 2) return undefined;
    words.push(buffer.slice(line + 1, line + 1 + size));
    at = line + 1 + size + 2;
  }
  return { words, used: at };
}

const bulk = (s: string | undefined): string => (s === undefined ? '$-1\r\n' : `$${s.length}\r\n${s}\r\n`);

function run(words: readonly string[], store: Map<string, string>): string {
  const [name = '', key = '', value = ''] = words;
  switch (name.toUpperCase()) {
    case 'PING':
      return key === '' ? '+PONG\r\n' : bulk(key);
    case 'ECHO':
      return bulk(key);
    case 'SET':
      store.set(key, value);
      return '+OK\r\n';
    case 'GET':
      return bulk(store.get(key));
    case 'DEL':
      return `:${words.slice(1).filter((k) => store.delete(k)).length}\r\n`;
    case 'EXISTS':
      return `:${words.slice(1).filter((k) => store.has(k)).length}\r\n`;
    case 'INCR': {
      const n = Number(store.get(key) ?? '0');
      if (!Number.isInteger(n)) return '-ERR value is not an integer or out of range\r\n';
      store.set(key, String(n + 1));
      return `:${n + 1}\r\n`;
    }
    case 'KEYS':
      return `*${store.size}\r\n${[...store.keys()].map(bulk).join('')}`;
    case 'QUIT':
      return '+OK\r\n';
    default:
      return `-ERR unknown command '${name}'\r\n`;
  }
}
