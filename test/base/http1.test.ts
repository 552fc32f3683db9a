import { describe, expect, it } from 'vitest';
import { collect, type Duplex, duplexPair, type HttpService, text, utf8 } from '../../src/base/http.ts';
import { type ClientResponse, exchange } from '../../src/base/http1/client.ts';
import { serveConnection } from '../../src/base/http1/server.ts';

async function* parts(...list: string[]): AsyncGenerator<Uint8Array> {
  for (const part of list) yield utf8(part);
}
const service = (handle: HttpService['handle']): HttpService => ({ handle });
const echo = service(async (q) => ({
  status: 200,
  headers: { 'content-type': 'text/plain' },
  body: utf8(`${q.method} ${q.path} ${q.query.get('x')} ${text(await collect(q.body))}`),
}));

function connect(to: HttpService): Duplex {
  const [client, server] = duplexPair();
  void serveConnection(server, to);
  return client;
}
async function ask(c: Duplex, target: string, body?: Uint8Array | AsyncIterable<Uint8Array>): Promise<ClientResponse> {
  const r = await exchange(c, { method: body ? 'POST' : 'GET', target, headers: { host: 'h' }, body });
  if (typeof r === 'string') throw new Error(r);
  return r;
}
async function raw(c: Duplex, request: string): Promise<string> {
  await c.write(utf8(request));
  c.closeWrite();
  let out = '';
  for (let bytes = await c.read(); bytes; bytes = await c.read()) out += text(bytes);
  return out;
}

describe('one connection', () => {
  it('serves several requests, with bodies by length and in chunks', async () => {
    const c = connect(echo);
    expect(text(await collect((await ask(c, '/a?x=1')).body))).toBe('GET /a 1 ');
    expect(text(await collect((await ask(c, '/b?x=2', utf8('whole'))).body))).toBe('POST /b 2 whole');
    expect(text(await collect((await ask(c, '/c', parts('in ', 'parts'))).body))).toBe('POST /c null in parts');
  });

  it('goes on after a body that the handler did not read', async () => {
    const c = connect(service(async (q) => ({ status: 200, headers: {}, body: utf8(q.path) })));
    expect(text(await collect((await ask(c, '/1', parts('unread', 'bytes'))).body))).toBe('/1');
    expect(text(await collect((await ask(c, '/2')).body))).toBe('/2');
  });

  it('streams an answer in chunks as they come', async () => {
    const c = connect(service(async () => ({ status: 200, headers: {}, body: parts('one', '', 'two') })));
    const r = await ask(c, '/');
    const seen: string[] = [];
    for await (const part of r.body) seen.push(text(part));
    expect(seen).toEqual(['one', 'two']);
    expect(r.headers['transfer-encoding']).toBe('chunked');
  });

  it('writes heads to the letter', async () => {
    expect(await raw(connect(echo), 'GET /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nGET /p null ',
    );
    expect(await raw(connect(echo), 'HEAD /p HTTP/1.0\r\n\r\n')).toMatch(
      /Content-Length: 13\r\nConnection: close\r\n\r\n$/,
    );
  });

  it('refuses what is no HTTP', async () => {
    expect(await raw(connect(echo), 'hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    const [client, server] = duplexPair();
    void server.write(utf8('hello\r\n\r\n')).then(() => server.close());
    expect(await exchange(client, { method: 'GET', target: '/', headers: {} })).toBe('bad');
    const [other, closed] = duplexPair();
    closed.close();
    expect(await exchange(other, { method: 'GET', target: '/', headers: {} })).toBe('empty');
  });

  it('reads a body that ends with the connection', async () => {
    const [client, server] = duplexPair();
    void server.write(utf8('HTTP/1.0 200 OK\r\nX-A: 1\r\nx-a: 2\r\n\r\nall of it')).then(() => server.close());
    const r = (await exchange(client, { method: 'GET', target: '/', headers: {}, old: true })) as ClientResponse;
    expect(r.headers['x-a']).toBe('1, 2');
    expect(text(await collect(r.body))).toBe('all of it');
  });
});

describe('a connection taken over', () => {
  it('carries bytes both ways after the head, in order', async () => {
    const c = connect(
      service(async (q) => {
        const d = q.duplex as Duplex;
        await d.write(utf8('early '));
        void (async () => {
          for (let bytes = await d.read(); bytes; bytes = await d.read())
            await d.write(utf8(text(bytes).toUpperCase()));
          d.close();
        })();
        return {
          status: 101,
          headers: { connection: 'Upgrade', upgrade: 'tcp' },
          body: new Uint8Array(0),
          hijacked: true,
        };
      }),
    );
    const r = await ask(c, '/attach');
    expect([r.status, r.reason, r.headers.upgrade]).toEqual([101, 'UPGRADED', 'tcp']);
    expect(text((await r.rest.read()) as Uint8Array)).toBe('early ');
    await r.rest.write(utf8('hello'));
    expect(text((await r.rest.read()) as Uint8Array)).toBe('HELLO');
    r.rest.closeWrite();
    expect(await r.rest.read()).toBeNull();
  });

  it('tells the handler that the client is gone', async () => {
    let gone = false;
    let answered: () => void = () => {};
    const wait = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const c = connect(
      service(async (q) => {
        void q.gone?.then(() => {
          gone = true;
          answered();
        });
        await wait;
        return { status: 200, headers: {}, body: new Uint8Array(0) };
      }),
    );
    await c.write(utf8('GET /events HTTP/1.1\r\nHost: h\r\n\r\n'));
    expect(gone).toBe(false);
    c.close();
    await wait;
    expect(gone).toBe(true);
  });
});
