/** drydock serve over TLS: whom it lets in, and what it says to the others. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Agent, request as plainRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'drydock-tls-'));
const at = (name: string): string => join(dir, name);
const openssl = (...args: string[]): boolean => spawnSync('openssl', args, { cwd: dir }).status === 0;
const there = openssl('version');
if (!there) console.log('tls.test.ts: openssl is not installed: skipped');
let server: ChildProcess | undefined;
let port = 0;

/** A certificate that the CA has signed. */
function sign(name: string, use: 'serverAuth' | 'clientAuth'): void {
  writeFileSync(at('ext'), `subjectAltName=IP:127.0.0.1\nextendedKeyUsage=${use}\n`);
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', ...fresh, '-keyout', `${name}-key.pem`, '-out', 'csr', '-subj', `/CN=${name}`);
  const ca = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'csr', ...ca, '-extfile', 'ext', '-out', `${name}.pem`);
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const s = createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address() as { port: number };
      s.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  if (!there) return;
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...fresh, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-subj', '/CN=ca');
  sign('server', 'serverAuth');
  sign('client', 'clientAuth');
  port = await freePort();
  const files = ['--tlscacert', at('ca.pem'), '--tlscert', at('server.pem'), '--tlskey', at('server-key.pem')];
  const args = ['scripts/drydock.mjs', 'serve', '-H', `tcp://127.0.0.1:${port}`, '--pace', 'fast', '--tlsverify'];
  server = spawn('node', [...args, ...files], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server?.stdout?.once('data', () => resolve());
    server?.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
});
afterAll(() => {
  server?.kill('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

/** What is answered to GET /_ping, or the code of the error. */
const ping = (send: typeof plainRequest | typeof request, more: RequestOptions = {}): Promise<string> =>
  new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/_ping', agent: false as unknown as Agent, ...more };
    const asked = send(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (d: string) => {
        text += d;
      });
      answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
    });
    asked.on('error', (e: NodeJS.ErrnoException) => resolve(e.code ?? e.message)).end();
  });

describe.skipIf(!there)('drydock serve --tlsverify', () => {
  const file = (name: string): Buffer => readFileSync(at(name));

  it('answers who shows a certificate of its CA', async () => {
    const client = { ca: file('ca.pem'), cert: file('client.pem'), key: file('client-key.pem') };
    expect(await ping(request, client)).toBe('200 OK');
  });

  it('turns others away', async () => {
    expect(await ping(request, { ca: file('ca.pem') })).toMatch(/ECONNRESET|CERTIFICATE_REQUIRED|socket hang up/);
  });

  it('tells who speaks plain HTTP', async () => {
    expect(await ping(plainRequest)).toBe('400 Client sent an HTTP request to an HTTPS server.\n');
  });
});

it('says which file is missing', () => {
  const args = ['scripts/drydock.mjs', 'serve', '--tls', '--tlscert', '/nonexistent'];
  const { status, stderr } = spawnSync('node', args, { cwd: root, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('drydock serve: could not load X509 key pair: ENOENT');
});
