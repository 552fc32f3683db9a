/** Clients that mean no good, or are broken: the engine answers everybody else, and nothing stays behind. */
import { connect, type Socket } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServedLab } from '../golden/cli.ts';

let served: ServedLab;
beforeAll(async () => {
  served = await ServedLab.open(1);
});
afterAll(() => served.close());

const open = (): Promise<Socket> =>
  new Promise((resolve) => {
    const s = connect({ path: served.socket('node1'), allowHalfOpen: true });
    s.on('error', () => undefined).once('connect', () => resolve(s));
  });

/** All that comes back until the server ends. */
async function talk(...parts: (string | Buffer)[]): Promise<string> {
  const s = await open();
  let text = '';
  s.on('data', (d) => {
    text += d.toString('latin1');
  });
  const ended = new Promise<void>((resolve) => s.on('end', resolve).on('close', () => resolve()));
  for (const part of parts) {
    s.write(part);
    if (parts.length > 1) await later(2);
  }
  s.end();
  await ended;
  s.destroy();
  return text;
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
const post = (path: string, body = '', more = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);
const alive = async (): Promise<void> => expect(await talk(get('/_ping'))).toMatch(/^HTTP\/1.1 200 OK/);
const connections = (): number => served.connections('node1');

async function start(cmd: readonly string[], more: object = {}): Promise<string> {
  const body = JSON.stringify({ Image: 'busybox', Cmd: cmd, ...more });
  const { Id } = JSON.parse(bodyOf(await talk(post('/containers/create', body)))) as { Id: string };
  expect(await talk(post(`/containers/${Id}/start`))).toMatch(/^HTTP\/1.1 204/);
  return Id;
}
const remove = (id: string): Promise<string> => talk(`DELETE /containers/${id}?force=1 HTTP/1.1\r\nHost: h\r\n\r\n`);

/** Until only `n` connections are left. */
async function settled(n: number): Promise<void> {
  while (connections() > n) await later(5);
}

describe('heads', () => {
  it('as long as Go takes them are read, longer ones refused', async () => {
    expect(await talk(get(`/_ping?x=${'y'.repeat(900_000)}`))).toMatch(/^HTTP\/1.1 200 OK/);
    expect(await talk(get('/_ping', `X: ${'y'.repeat(1_100_000)}\r\n`))).toBe(
      'HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n' +
        '431 Request Header Fields Too Large',
    );
    await alive();
  });

  it('that come byte by byte keep nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, open));
    for (const byte of 'GET /_ping HTTP/1.1') {
      for (const s of slow) s.write(byte);
      await alive();
    }
    for (const s of slow) s.destroy();
    await settled(0);
    expect(await talk(...get('/_ping'))).toMatch(/^HTTP\/1.1 200 OK/);
  });
});

describe('what is a request', () => {
  const status = async (raw: string): Promise<string> => (await talk(raw)).split('\r\n')[0] as string;
  const ping = (head: string): string => `GET /_ping HTTP/1.1\r\n${head}\r\n\r\n`;

  it('is decided as Go decides it', async () => {
    const cases: [string, string][] = [
      ['GET /_ping HTTP/1.1\nHost: h\n\n', '200 OK'],
      [ping('Host: h\r\nX: a\r\n b'), '200 OK'],
      [ping('Host: h\r\nContent-Length: 0\r\nContent-Length: 0'), '200 OK'],
      [ping('Host: h\r\nContent-Length: 1\r\nContent-Length: 2'), '400 Bad Request'],
      [ping('Host: h\r\nHost: i'), '400 Bad Request'],
      [ping('Host: a b'), '400 Bad Request'],
      [ping('Host: h\r\nX : a'), '400 Bad Request'],
      [ping('Host: h\r\nX: a\0b'), '400 Bad Request'],
      [ping('Host: h\r\nExpect: more'), '417 Expectation Failed'],
      [ping('Host: h\r\nTransfer-Encoding: gzip'), '501 Not Implemented'],
      [get('/%5fping'), '200 OK'],
      [get('/%zz'), '400 Bad Request'],
      [get('/containers/json?all=%zz'), '400 Bad Request'],
      [get('/containers/json?all=1;limit=2'), '400 Bad Request'],
      ['OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n', '200 OK'],
      ['OPTIONS /v1.51/containers/json HTTP/1.1\r\nHost: h\r\n\r\n', '200 OK'],
    ];
    for (const [raw, want] of cases) expect([raw, await status(raw)]).toEqual([raw, `HTTP/1.1 ${want}`]);
  });

  it('with chunks that are none ends the connection after one answer', async () => {
    const chunked = (chunks: string): Promise<string> =>
      talk(
        'POST /volumes/create HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n' +
          `${chunks}${get('/_ping')}`,
      );
    for (const [chunks, why] of [
      ['zz\r\n{}\r\n', 'invalid byte in chunk length'],
      ['fffffffffffffffff\r\n{}', 'http chunk length too large'],
      ['2\r\n{}XX\r\n', 'malformed chunked encoding'],
    ]) {
      const answer = await chunked(chunks as string);
      expect(bodyOf(answer)).toBe(`{"message":"invalid JSON: ${why}"}\n`);
      expect(answer.match(/^HTTP/gm)).toHaveLength(1);
    }
  });
});

describe('bodies', () => {
  it('with trailers are followed by the next request', async () => {
    const chunked = `POST /volumes/create HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n`;
    const answer = await talk(
      `${chunked}d\r\n{"Name":"tr1"}`.slice(0, -1),
      '\r\n1\r\n}\r\n0\r\nX-Sum: 7\r\nY: 8\r\n\r\n',
      get('/_ping'),
    );
    expect(answer.match(/^HTTP\/1.1 20[01]/gm)).toHaveLength(2);
    expect(answer).toContain('"Name":"tr1"');
  });

  it('that break off are no request', async () => {
    for (const path of ['/containers/create', '/images/load', '/build', '/images/create?fromSrc=-']) {
      const whole = post(path, 'x'.repeat(4000));
      const s = await open();
      s.write(whole.slice(0, -1000));
      await later(5);
      s.destroy();
    }
    await settled(0);
    await alive();
  });
});

describe('connections', () => {
  it('that are taken over and cut leave the container alone, and nothing else', async () => {
    const id = await start(['cat'], { OpenStdin: true, Tty: true });
    const made = await talk(post(`/containers/${id}/exec`, '{"Cmd":["cat"],"AttachStdin":true,"AttachStdout":true}'));
    const exec = (JSON.parse(bodyOf(made)) as { Id: string }).Id;
    const upgrade = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
    for (const request of [
      post(`/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`, '', upgrade),
      post(`/exec/${exec}/start`, '{}', upgrade),
      get(
        `/containers/${id}/attach/ws?stream=1&stdin=1`,
        `Origin: http://x\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`,
      ),
    ]) {
      const s = await open();
      s.write(request);
      await new Promise((resolve) => s.once('data', resolve));
      s.write(Buffer.from([0x81, 0xff, 1, 2, 3]));
      s.destroy();
    }
    expect(bodyOf(await talk(get(`/containers/${id}/json`)))).toContain('"Status":"running"');
    // half of a connection may be closed on purpose: the rest ends with the container
    await remove(id);
    await settled(0);
  });

  it('become a WebSocket when they ask in its own words', async () => {
    const id = await start(['sh', '-c', 'read x; echo got $x; echo bad >&2'], { OpenStdin: true, StdinOnce: true });
    const ask = (more: string): string => get(`/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1&stderr=1`, more);
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    const words = `Connection: Upgrade\r\nUpgrade: websocket\r\n${key}`;
    expect(await talk(ask(''))).toMatch(/^HTTP\/1.1 400 Bad Request/);
    expect(await talk(ask(words))).toMatch(/^HTTP\/1.1 403 Forbidden/);
    const s = await open();
    let seen = Buffer.alloc(0);
    s.on('data', (d) => {
      seen = Buffer.concat([seen, d]);
    });
    s.write(ask(`${words}Origin: http://h\r\n`));
    while (!seen.includes('\r\n\r\n')) await later(2);
    expect(seen.toString()).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n.*s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/s);
    const mask = [7, 8, 9, 10];
    const masked = [...Buffer.from('hi\n')].map((b, i) => b ^ (mask[i] as number));
    s.write(Buffer.from([0x81, 0x83, ...mask, ...masked]));
    await new Promise((resolve) => s.on('end', resolve));
    const frames = seen.subarray(seen.indexOf('\r\n\r\n') + 4);
    expect(frames.toString('latin1')).toBe('\x82\x07got hi\n\x82\x04bad\n\x88\x02\x03\xe8');
    s.destroy();
    await remove(id);
  });
});
