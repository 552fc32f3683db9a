/**
 * Which context is in use, and which daemon that means.
 * @see docker/cli cli/command/cli.go: resolveContextName, newAPIClientFromEndpoint; defaultcontextstore.go
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { Failure, failed } from '../failure.ts';
import { goQuote } from '../flags/gostrconv.ts';
import type { Options } from '../flags/options.ts';
import { DEFAULT_HOST } from '../version.ts';
import { ConfigFile } from './config.ts';
import { clientFault, parseHost } from './host.ts';
import { type ContextMeta, ContextStore, DEFAULT_CONTEXT, type TlsFiles } from './store.ts';

export class Contexts {
  readonly store: ContextStore;
  /** The one in use, whether it exists or not. */
  readonly current: string;

  constructor(
    readonly sys: Sys,
    readonly config: ConfigFile,
    readonly global: Options,
  ) {
    this.store = new ContextStore(sys, config.dir);
    this.current = this.#current();
  }

  /** By the flags before the command and the environment. */
  static of(sys: Sys, global: Options): Contexts {
    const given = global.changed('config') ? global.string('config') : sys.env.DOCKER_CONFIG;
    return new Contexts(sys, new ConfigFile(sys, given || `${sys.env.HOME ?? '/root'}/.docker`), global);
  }

  /** -c, then -H and DOCKER_HOST, then DOCKER_CONTEXT, then what `docker context use` chose. */
  #current(): string {
    const given = this.global.string('context');
    if (given !== '') return given;
    if (this.global.list('host').length > 0 || this.sys.env.DOCKER_HOST) return DEFAULT_CONTEXT;
    return this.sys.env.DOCKER_CONTEXT || this.config.string('currentContext') || DEFAULT_CONTEXT;
  }

  /** A context's description; that of the default one is made on the spot. */
  get(name: string): ContextMeta | Failure {
    if (name !== DEFAULT_CONTEXT) return this.store.get(name);
    const host = this.#defaultHost();
    if (failed(host)) return host;
    return { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: this.#skipsVerify() } } };
  }

  /** All contexts, the default one first. */
  list(): ContextMeta[] | Failure {
    const first = this.get(DEFAULT_CONTEXT);
    if (failed(first)) return first;
    const others = this.store.list();
    return failed(others) ? others : [first, ...others];
  }

  tls(name: string): TlsFiles {
    return name === DEFAULT_CONTEXT ? {} : this.store.tls(name);
  }

  /** Where the daemon is that commands talk with, or why that is not known. */
  host(): string | Failure {
    const meta = this.get(this.current);
    if (failed(meta)) return new Failure(`Failed to initialize: unable to resolve docker endpoint: ${meta.message}`);
    const docker = meta.Endpoints.docker;
    if (!docker)
      return new Failure(
        `Failed to initialize: unable to resolve docker endpoint: context ${goQuote(this.current)} has no docker endpoint`,
      );
    const host = docker.Host || DEFAULT_HOST;
    const fault = clientFault(host);
    return fault === undefined ? host : new Failure(`Failed to initialize: ${fault}`);
  }

  #tls(): boolean {
    return this.global.bool('tls') || this.#verifies();
  }

  #verifies(): boolean {
    return this.global.changed('tlsverify')
      ? this.global.bool('tlsverify')
      : (this.sys.env.DOCKER_TLS_VERIFY ?? '') !== '';
  }

  #skipsVerify(): boolean {
    return this.#tls() && !this.#verifies();
  }

  #defaultHost(): string | Failure {
    const given = this.global.list('host');
    if (given.length > 1) return new Failure('Specify only one -H');
    const parsed = parseHost(given[0] ?? this.sys.env.DOCKER_HOST ?? '', this.#tls());
    if ('error' in parsed) return new Failure(parsed.error);
    return this.#certificates() ?? parsed.value;
  }

  /** With TLS its files must be there. @see cli/context/tlsdata.go: TLSDataFromFiles */
  #certificates(): Failure | undefined {
    if (!this.#tls()) return undefined;
    const dir = this.sys.env.DOCKER_CERT_PATH || this.config.dir;
    for (const [flag, file] of Object.entries({ tlscacert: 'ca.pem', tlscert: 'cert.pem', tlskey: 'key.pem' })) {
      const path = this.global.changed(flag) ? this.global.string(flag) : `${dir}/${file}`;
      const stat = this.sys.stat(path);
      if (isErr(stat)) return new Failure(`open ${path}: ${stat.text.toLowerCase()}`);
    }
    return undefined;
  }
}
