/**
 * TLS for `drydock serve`: dockerd's own flags and file names, and a listener that tells those who speak plain HTTP.
 * @see moby cmd/dockerd/options.go, docker/go-connections tlsconfig; Go net/http/server.go: conn.serve
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** As given on the command line. */
export interface TlsFlags {
  readonly tls?: boolean;
  readonly tlsverify?: boolean;
  readonly tlscacert?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
}

/** First byte of a TLS record that begins a handshake. */
const HANDSHAKE = 22;

const PLAIN = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/**
 * What the flags ask for; --tlsverify asks for TLS, too, and for a client's certificate that the CA has signed.
 * @returns undefined: no TLS
 * @throws Error when a file cannot be read or is no certificate or key
 */
export function tlsOptions(flags: TlsFlags): TlsOptions | undefined {
  const verify = flags.tlsverify === true;
  if (!flags.tls && !verify) return undefined;
  const folder = process.env.DOCKER_CERT_PATH || join(homedir(), '.docker');
  const read = (what: string, path: string | undefined, name: string): Buffer => {
    try {
      return readFileSync(path ?? join(folder, name));
    } catch (e) {
      throw new Error(`could not load ${what}: ${(e as Error).message}`);
    }
  };
  const cert = read('X509 key pair', flags.tlscert, 'cert.pem');
  const key = read('X509 key pair', flags.tlskey, 'key.pem');
  const ca = verify ? read('CA certificate', flags.tlscacert, 'ca.pem') : undefined;
  const options: TlsOptions = { cert, key, ca, minVersion: 'TLSv1.2', requestCert: verify, rejectUnauthorized: verify };
  createSecureContext(options);
  return options;
}

/** A server that hands on connections once they are private. */
export function tlsServer(options: TlsOptions, serve: (socket: Socket) => void): Server {
  const secure = createTlsServer({ ...options, allowHalfOpen: true } as TlsOptions, serve);
  secure.on('tlsClientError', (_, socket) => socket.destroy());
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      socket.pause();
      if (first[0] !== HANDSHAKE) return void socket.end(PLAIN);
      socket.unshift(first);
      secure.emit('connection', socket);
    });
  });
}
