/** What a configuration means: servers, locations, upstreams. */
import type { IpAddr } from '../../../../base/ip.ts';
import type { Spot } from './parse.ts';

/** One address to listen on. */
export interface Listen {
  readonly ip: IpAddr;
  readonly port: number;
  readonly isDefault: boolean;
}

/** `0.0.0.0:80`, `[::]:80` */
export type ListenKey = string;

/** What `return` sends. */
export interface Return {
  readonly status: number;
  /** A body, or for 301 302 303 307 308 a location; with variables. */
  readonly text?: string;
}

/** Where `proxy_pass` leads. */
export interface ProxyPass {
  /** As written after `http://`, with variables. */
  readonly target: string;
  /** The part after host and port; absent when there is none (the request's own URI is passed). */
  readonly uri?: string;
  /** The servers, when the name was known at start; absent when the target holds variables. */
  readonly upstream?: Upstream;
  /** `web:8080`: what `$proxy_host` says. */
  readonly host: string;
}

/** One address of one `server` of an upstream, with its state in this worker. */
export interface Peer {
  readonly ip: IpAddr;
  readonly port: number;
  readonly weight: number;
  readonly maxFails: number;
  /** ns */
  readonly failTimeout: number;
  readonly backup: boolean;
  readonly down: boolean;
}

/** Servers that share the work. */
export interface Upstream {
  readonly name: string;
  readonly peers: readonly Peer[];
  readonly balance: 'round-robin' | 'least-conn' | 'ip-hash';
}

/** `error_page 500 502 =200 /50x.html` */
export interface ErrorPage {
  readonly codes: readonly number[];
  readonly status?: number;
  readonly uri: string;
}

export interface AccessLog {
  readonly path: string;
  readonly format: string;
}

export interface ErrorLog {
  readonly path: string;
  readonly level: number;
}

/** Settings that are inherited from the outer block unless given. */
export interface Settings {
  readonly root: string;
  readonly index: readonly string[];
  readonly autoindex: boolean;
  readonly defaultType: string;
  readonly types: ReadonlyMap<string, string>;
  readonly tokens: boolean;
  readonly errorPages: readonly ErrorPage[];
  readonly accessLogs: readonly AccessLog[];
  readonly errorLog: ErrorLog;
  readonly addHeaders: readonly { readonly name: string; readonly value: string; readonly always: boolean }[];
  readonly access: readonly { readonly allow: boolean; readonly net: string }[];
  readonly proxyHeaders: readonly (readonly [string, string])[];
  readonly proxyVersion: string;
  /** ns */
  readonly connectTimeout: number;
  /** ns */
  readonly readTimeout: number;
  readonly nextUpstream: readonly string[];
  readonly resolver?: { readonly servers: readonly IpAddr[]; readonly valid?: number; readonly timeout: number };
}

/** One `location`. */
export interface Location {
  readonly kind: 'prefix' | 'exact' | 'stop' | 'regex' | 'named';
  readonly pattern: string;
  readonly regex?: RegExp;
  readonly settings: Settings;
  readonly alias?: string;
  readonly result?: Return;
  readonly proxy?: ProxyPass;
  readonly tryFiles?: readonly string[];
  readonly sets: readonly (readonly [string, string])[];
  readonly internal: boolean;
  readonly stubStatus: boolean;
  readonly locations: readonly Location[];
}

/** One `server`. */
export interface Server extends Spot {
  readonly listens: readonly Listen[];
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly result?: Return;
  readonly tryFiles?: readonly string[];
  readonly sets: readonly (readonly [string, string])[];
  readonly locations: readonly Location[];
}

/** The whole of it. */
export interface Config {
  readonly daemon: boolean;
  readonly workers: number;
  readonly user: string;
  readonly pid: string;
  readonly errorLog: ErrorLog;
  readonly servers: readonly Server[];
  readonly warnings: readonly string[];
}
