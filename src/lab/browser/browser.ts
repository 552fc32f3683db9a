/**
 * A web browser on a machine of the lab: the half that fetches. It is a process of that machine, so its requests take
 * the machine's names, routes and rules. Who shows what it fetched is not its business.
 *
 * Limits: scripts are not run; one exchange per connection.
 */
import { utf8 } from '../../base/http.ts';
import type { DaemonSys } from '../../linux/kernel/machine.ts';
import { parseUrl, resolveLocation, urlText } from '../../linux/programs/curl/url.ts';
import type { Machine } from '../lab.ts';
import { type Answer, type Ask, exchange, type NetError } from './exchange.ts';

export type { Answer, NetError } from './exchange.ts';

/** A page or a part of one. */
export interface Visit {
  /** As typed or as linked. */
  readonly url: string;
  readonly referer?: string;
  /** Fields of a form sent by POST, encoded as its type says. */
  readonly post?: { readonly type: string; readonly text: string };
  /** A picture or style sheet of a page, not the page itself. */
  readonly part?: boolean;
}

/** What a visit gave: the last answer, and those that led to it by redirection. */
export interface Visited extends Answer {
  readonly redirects: readonly Answer[];
}

/** @see Chromium net/url_request/url_request.h: kMaxRedirects */
const REDIRECTS = 20;

/** Ports that browsers do not connect to. @see https://fetch.spec.whatwg.org/#port-blocking */
const UNSAFE = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const PART = 'image/avif,image/webp,image/png,image/svg+xml,text/css,*/*;q=0.5';

export class Browser {
  #process: DaemonSys | undefined;
  /** Origins whose icon has been asked for. */
  readonly #icons = new Set<string>();
  #abort: (() => void) | undefined;

  constructor(readonly machine: Machine) {}

  /** Fetches; a second visit of a page ends the first. Moves only while something drives the lab. */
  async visit(v: Visit): Promise<Visited> {
    if (v.part) return this.#follow(v);
    this.stop();
    const aborted = new Promise<Visited>((resolve) => {
      this.#abort = () => resolve({ ...failure(v.url, 'ABORTED'), redirects: [] });
    });
    const visited = await Promise.race([this.#follow(v), aborted]);
    if (visited.error !== 'ABORTED') this.#abort = undefined;
    if (visited.status > 0) this.#icon(visited.url);
    return visited;
  }

  /** Ends what is being fetched: the process goes, with its sockets. */
  stop(): void {
    if (!this.#abort) return;
    this.#abort();
    this.#abort = undefined;
    this.close();
  }

  /** Ends the browser; a later visit starts it again. */
  close(): void {
    this.#process?.end(0);
    this.#process = undefined;
  }

  async #follow(v: Visit): Promise<Visited> {
    this.#process ??= this.machine.kernel.daemon(['firefox']);
    const { sys } = this.#process;
    const redirects: Answer[] = [];
    let { url } = v;
    let ask: Ask = {
      method: v.post ? 'POST' : 'GET',
      body: v.post && { type: v.post.type, bytes: utf8(v.post.text) },
      accept: v.part ? PART : PAGE,
      referer: v.referer,
    };
    for (;;) {
      const u = parseUrl(url);
      if ('code' in u) return { ...failure(url, 'INVALID_URL'), redirects };
      if (UNSAFE.has(u.port)) return { ...failure(urlText(u), 'UNSAFE_PORT'), redirects };
      const answer = await exchange(sys, u, ask);
      const location = answer.headers.find(([n]) => n.toLowerCase() === 'location')?.[1];
      if (answer.error || location === undefined || answer.status < 300 || answer.status > 399)
        return { ...answer, redirects };
      redirects.push(answer);
      if (redirects.length > REDIRECTS) return { ...failure(answer.url, 'TOO_MANY_REDIRECTS'), redirects };
      url = resolveLocation(u, location);
      // 307 and 308 keep method and body. @see RFC 9110 §15.4
      if (answer.status !== 307 && answer.status !== 308) ask = { ...ask, method: 'GET', body: undefined };
    }
  }

  /** Browsers ask each server once for its icon, whether the page names one or not. */
  #icon(page: string): void {
    const u = parseUrl(page);
    if ('code' in u) return;
    const url = urlText({ ...u, target: '/favicon.ico' });
    if (this.#icons.has(url)) return;
    this.#icons.add(url);
    void this.visit({ url, part: true, referer: page });
  }
}

function failure(url: string, error: NetError): Answer {
  return { url, error, status: 0, reason: '', headers: [], bytes: new Uint8Array(0), time: 0 };
}
