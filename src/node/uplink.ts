/**
 * A unix socket that the lab's LAN leads to. Where somebody listens at the path it is called (a QEMU with `server=on`,
 * passt); else the lab listens there itself: for one peer at a time, the newest.
 */
import { existsSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket, connect as socketConnect } from 'node:net';
import type { Uplink } from '../lab/uplink.ts';
import { Deframer, framed } from './netdev.ts';
import type { Pacer } from './pacer.ts';

/** Bytes that may wait for a peer that does not read; frames beyond are dropped, as a full queue of a NIC does. */
const QUEUE = 4 * 1024 * 1024;

/** The host's side of the uplink. */
export interface Peering {
  /** How it met its peer. */
  readonly role: 'connected' | 'listening';
  /** Frames dropped because the peer did not read. */
  dropped(): number;
  close(): void;
}

/** Ties a peer's stream to the lab until it ends. */
class Peer {
  readonly #deframer = new Deframer();
  dropped = 0;

  constructor(
    readonly uplink: Uplink,
    readonly pacer: Pacer,
    readonly socket: Socket,
  ) {
    uplink.connect((frame) => this.#send(frame));
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => socket.destroy());
  }

  #send(frame: Uint8Array): void {
    if (this.socket.destroyed || this.socket.writableLength > QUEUE) this.dropped++;
    else this.socket.write(framed(frame));
  }

  #take(bytes: Uint8Array): void {
    const frames: Uint8Array[] = [];
    const sane = this.#deframer.push(bytes, (frame) => frames.push(frame.slice()));
    if (frames.length > 0) this.pacer.soon(() => this.uplink.receive(frames));
    if (!sane) this.socket.destroy(new Error('no frame is as long'));
  }
}

/** @param path of the unix socket @throws Error when nothing listens there and it cannot be made */
export async function openUplink(uplink: Uplink, pacer: Pacer, path: string): Promise<Peering> {
  const called = existsSync(path) ? await call(path) : undefined;
  if (called) {
    const peer = new Peer(uplink, pacer, called);
    return { role: 'connected', dropped: () => peer.dropped, close: () => called.destroy() };
  }
  if (existsSync(path)) unlinkSync(path);
  let peer: Peer | undefined;
  const server = createServer((socket) => {
    peer?.socket.destroy();
    peer = new Peer(uplink, pacer, socket);
  });
  await listen(server, path);
  return {
    role: 'listening',
    dropped: () => peer?.dropped ?? 0,
    close() {
      peer?.socket.destroy();
      server.close();
    },
  };
}

/** The socket of whoever listens at the path, or undefined. */
function call(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = socketConnect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}
