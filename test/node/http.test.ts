/** Served engines on the wire: what clients may send, well-formed or not, fast or slow, to the end or not. */
import { connect, type Socket } from 'node:net';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/http.ts';
import { writeTar } from '../../src/base/tar.ts';
import { ServedLab } from '../golden/cli.ts';

let served: ServedLab;
beforeAll(async () => {
  served = await ServedLab.open(1);
});
afterAll(() => served.close());

const open = (): Promise<Socket> =>
  new Promise((resolve) => {
    const s = connect({ path: served.socket('node1'), allowHalfOpen: true });
    s.once('connect', () => resolve(s));
  });

/** All that comes back until the server ends, or until `done` says it is enough. */
async function talk(request: string | Buffer, done?: (text: string) => boolean): Promise<string> {
  const s = await open();
  let text = '';
  const ended = new Promise<void>((resolve) => {
    s.on('data', (d) => {
      text += d.toString('latin1');
      if (done?.(text)) resolve();
    });
    s.on('end', resolve)
      .on('close', () => resolve())
      .on('error', () => resolve());
  });
  s.write(request);
  if (!done) s.end();
  await ended;
  s.destroy();
  return text;
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;
const post = (path: string, body: string, more = 'Content-Type: application/json\r\n'): string =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
const first = async (request: string): Promise<string> => (await talk(request)).split('\r\n')[0] ?? '';
const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

async function api(method: string, path: string, body?: object): Promise<{ status: number; body: string }> {
  const text = body ? JSON.stringify(body) : '';
  const head = `${method} ${path} HTTP/1.0\r\nContent-Type: application/json\r\n`;
  const answer = await talk(`${head}Content-Length: ${text.length}\r\n\r\n${text}`, (t) => t === 'never');
  return { status: Number(answer.split(' ')[1]), body: bodyOf(answer) };
}

async function start(cmd: readonly string[], more: object = {}): Promise<string> {
  const made = await api('POST', '/containers/create', { Image: 'busybox', Cmd: cmd, ...more });
  const { Id } = JSON.parse(made.body) as { Id: string };
  expect((await api('POST', `/containers/${Id}/start`)).status).toBe(204);
  return Id;
}
const remove = (id: string): Promise<unknown> => api('DELETE', `/containers/${id}?force=1`);

describe('requests', () => {
  it('that are no HTTP are refused as Go refuses them', async () => {
    expect(await talk('hello\r\n\r\n')).toBe(
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
    );
    expect(bodyOf(await talk('GET /_ping HTTP/1.1\r\n\r\n'))).toBe('400 Bad Request: missing required Host header');
    expect(await first('GET / HTTP/3.0\r\nHost: h\r\n\r\n')).toBe('HTTP/1.1 505 HTTP Version Not Supported');
    expect(await first(get('/_ping', 'Transfer-Encoding: gzip\r\n'))).toBe('HTTP/1.1 501 Not Implemented');
    expect(await first(get('/_ping', 'Content-Length: many\r\n'))).toBe('HTTP/1.1 400 Bad Request');
    expect(await first(get(`/${'x'.repeat(70_000)}`))).toMatch(/^HTTP\/1.1 4/);
  });

  it('to what is not there, of other versions or with wrong bodies get the texts of the engine', async () => {
    expect(bodyOf(await talk(get('/nope')))).toBe('{"message":"page not found"}\n');
    expect(await first('PATCH /info HTTP/1.1\r\nHost: h\r\n\r\n')).toBe('HTTP/1.1 404 Not Found');
    expect(bodyOf(await talk(get('/v1.99/info')))).toContain('client version 1.99 is too new');
    expect(bodyOf(await talk(get('/v1.10/info')))).toContain('client version 1.10 is too old');
    expect(await talk(get('/v1.51//info?a=b'))).toContain('Location: /v1.51/info?a=b\r\n');
    const create = (body: string, type?: string): Promise<string> =>
      talk(post('/containers/create', body, type)).then(bodyOf);
    expect(await create('{"Image": "busybox"')).toContain('invalid JSON: unexpected EOF');
    expect(await create('nope')).toContain("invalid JSON: invalid character 'o' in literal null (expecting 'u')");
    expect(await create('{"a" 1}')).toContain("invalid character '1' after object key");
    expect(await create('{} x')).toContain('unexpected content after JSON');
    expect(await create('{}', 'Content-Type: text/plain\r\n')).toContain(
      "unsupported Content-Type header (text/plain): must be 'application/json'",
    );
  });

  it('may say in a form what the query says; its fields come first', async () => {
    const form = 'Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n';
    const send = (path: string, body: string): Promise<string> => talk(post(path, body, form));
    const id = await start(['sleep', '100']);
    expect(await send(`/containers/${id}/rename?name=late`, 'name=by%2Dform')).toMatch(/^HTTP\/1.1 204/);
    expect((await api('GET', `/containers/by-form/json`)).status).toBe(200);
    for (const [path, body, said] of [
      [`/containers/${id}/rename`, 'name=a;b', '400 invalid semicolon separator in query'],
      [`/containers/${id}/rename?name=%zz`, 'name=x', '400 invalid URL escape "%zz"'],
      [`/containers/${id}/rename`, 'name=%zz', '400 invalid URL escape "%zz"'],
      ['/containers/create', '{"Image":"busybox"}', '400 unsupported Content-Type header (application/x-www-form'],
      [`/containers/${id}/update`, '', '400 unsupported Content-Type header (application/x-www-form'],
      ['/build/cancel', '', '400 build ID not provided'],
    ] as const) {
      const answer = await send(path, body);
      expect(`${answer.split(' ')[1]} ${bodyOf(answer).replace('{"message":"', '').replaceAll('\\', '')}`).toContain(
        said,
      );
    }
    await remove(id);
  });

  it('whose beginning is none are refused before the rest has come', async () => {
    const done = (text: string): boolean => text.includes('400 Bad Request\r\n');
    for (const begun of [
      '\x16\x03\x01\x02\0\n\0',
      'GET /\r\n',
      'GET / HTTP/1.1\r\nHost\r\n',
      'GET / HTTP/1.1\r\n Host: h\r\n',
    ])
      expect(await talk(Buffer.from(begun, 'latin1'), done)).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
  });

  it('in a row, in chunks, with a pause before the body, and HEAD', async () => {
    const three = await talk(get('/_ping') + get('/_ping') + get('/_ping', 'Connection: close\r\n'));
    expect(three.match(/HTTP\/1.1 200 OK/g)).toHaveLength(3);
    const chunked = 'POST /volumes/create HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n';
    const made = await talk(`${chunked}Transfer-Encoding: chunked\r\n\r\nc\r\n{"Name":"vc"\r\n1;x=y\r\n}\r\n0\r\n\r\n`);
    expect(made).toContain('"Name":"vc"');
    expect(await first(`${chunked}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)).toBe('HTTP/1.1 400 Bad Request');
    const waits = await talk(`${chunked}Expect: 100-continue\r\nContent-Length: 13\r\n\r\n{"Name":"v2"}`);
    expect(waits).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 201 Created\r\n/);
    const head = await talk('HEAD /_ping HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\nApi-Version: 1.51\r\n.*Swarm: inactive\r\n/s);
    expect(bodyOf(head)).toBe('');
  });

  it('of all kinds of nonsense never stop it', async () => {
    let seed = 12345;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % n;
    };
    const whole = [post('/containers/create', '{"Image":"busybox"}'), get('/events'), post('/build', 'x'.repeat(99))];
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(whole[random(3)] as string, 'latin1');
      for (let n = random(8); n >= 0; n--) bytes[random(bytes.length)] = random(256);
      const s = await open();
      s.on('error', () => undefined).resume();
      s.end(bytes.subarray(0, random(bytes.length)));
      if (random(2) === 0) s.destroy();
    }
    const bodies = ['null', '[]', '3', '"x"', '{"HostConfig":3}', '{"Image":7}', '{"HostConfig":{"PortBindings":[]}}'];
    for (const body of bodies)
      for (const path of ['/containers/create', '/networks/create', '/volumes/create', '/containers/x/exec', '/auth'])
        expect(await first(post(path, body))).toMatch(/^HTTP\/1.1 [245]/);
    expect(await first(get('/_ping'))).toBe('HTTP/1.1 200 OK');
  });
});

describe('clients', () => {
  it('fifty at once are all answered', async () => {
    const all = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const id = await start(['echo', String(i)]);
        await api('POST', `/containers/${id}/wait`);
        const logs = await api('GET', `/containers/${id}/logs?stdout=1`);
        await remove(id);
        return logs.body.includes(`${i}\n`);
      }),
    );
    expect(all.every(Boolean)).toBe(true);
  });

  it('that read slowly make the container wait, and nobody else', async () => {
    const id = await start(['yes', 'x'.repeat(1000)]);
    const s = await open();
    s.pause();
    s.write(post(`/containers/${id}/attach?stream=1&stdout=1`, ''));
    await later(2000);
    expect(await first(get('/_ping'))).toBe('HTTP/1.1 200 OK');
    const sizes: number[] = [];
    for (let i = 0; i < 2; i++) {
      const { body } = await api('GET', `/containers/${id}/logs?stdout=1&tail=all`);
      sizes.push(body.length);
      await later(300);
    }
    expect(sizes[1]).toBe(sizes[0]);
    s.destroy();
    await remove(id);
  });

  it('that close their half of a taken-over connection get the rest', async () => {
    const id = await start(['cat'], { OpenStdin: true, StdinOnce: true });
    const s = await open();
    let text = '';
    s.on('data', (d) => {
      text += d.toString('latin1');
    });
    const over = new Promise((resolve) => s.on('end', resolve));
    s.write(`POST /containers/${id}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: h\r\n\r\n`);
    await later(100);
    s.end('some\nlines\n');
    await over;
    expect(text).toMatch(/^HTTP\/1.1 200 OK\r\nContent-Type: application\/vnd.docker.raw-stream\r\n\r\n\x01\0\0\0/);
    expect(text.replaceAll(/\x01\0{6}./g, '')).toMatch(/some\nlines\n$/);
    await remove(id);
  });

  it('that ask to take the connection over are told what follows', async () => {
    for (const [Tty, type] of [
      [false, 'multiplexed-stream'],
      [true, 'raw-stream'],
    ] as const) {
      const id = await start(['sleep', '60'], { Tty });
      const made = await api('POST', `/containers/${id}/exec`, { Cmd: ['echo', 'hi'], AttachStdout: true, Tty });
      const { Id } = JSON.parse(made.body) as { Id: string };
      const body = JSON.stringify({ Tty });
      const answer = await talk(
        post(
          `/v1.51/exec/${Id}/start`,
          body,
          'Content-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n',
        ),
        (t) => t.includes('hi'),
      );
      expect(answer).toContain(`HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.${type}\r\n`);
      expect(answer.endsWith(Tty ? '\r\n\r\nhi\r\n' : '\r\n\r\n\x01\0\0\0\0\0\0\x03hi\n')).toBe(true);
      await remove(id);
    }
  });

  it('that take the connection over have time to read the head before output comes', async () => {
    const id = await start(['echo', 'one']);
    await api('POST', `/containers/${id}/wait`);
    const began = performance.now();
    const answer = await talk(
      post(`/containers/${id}/attach?logs=1&stdout=1`, '', 'Connection: Upgrade\r\nUpgrade: tcp\r\n'),
      (text) => text.endsWith('one\n'),
    );
    expect(answer).toMatch(/^HTTP\/1.1 101 UPGRADED\r\n.*\r\n\r\n\x01\0{6}\x04one\n$/s);
    // a busy computer makes it later, never sooner
    expect(performance.now() - began).toBeGreaterThan(45);
    await remove(id);
  });

  it('that vanish leave nothing behind', async () => {
    const id = await start(['sleep', '600']);
    const listeners = async (): Promise<number> =>
      (JSON.parse((await api('GET', '/info')).body) as { NEventsListener: number }).NEventsListener;
    const before = await listeners();
    for (const request of [
      get('/events'),
      get(`/containers/${id}/logs?follow=1&stdout=1`),
      get(`/containers/${id}/stats`),
    ]) {
      const s = await open();
      s.write(request);
      await new Promise((resolve) => s.once('data', resolve));
      s.destroy();
    }
    for (let i = 0; i < 100 && (await listeners()) > before; i++) await later(20);
    expect(await listeners()).toBe(before);
    await remove(id);
  });

  it('that vanish end the build they waited for', async () => {
    const bytes = utf8('FROM busybox\nRUN sleep 1000\n');
    const tar = Buffer.concat([
      ...writeTar([{ name: 'Dockerfile', kind: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0n, target: '', bytes }]),
    ]);
    const s = await open();
    s.write(
      `POST /build HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-tar\r\nContent-Length: ${tar.length}\r\n\r\n`,
    );
    s.write(tar);
    let text = '';
    await new Promise<void>((resolve) =>
      s.on('data', (d) => {
        text += d.toString();
        if (text.includes('Running in')) resolve();
      }),
    );
    s.destroy();
    const step = /Running in (\w+)/.exec(text)?.[1];
    const there = async (): Promise<number> => (await api('GET', `/containers/${step}/json`)).status;
    for (let i = 0; i < 100 && (await there()) === 200; i++) await later(20);
    expect(await there()).toBe(404);
  });
});
