/** One tab of the simulated browser: where it is, where it was, and what came. */
import type { Visit, Visited } from '../../worker/api.ts';

/** How a tab reaches the lab. */
export interface Fetcher {
  visit(machine: string, visit: Visit): Promise<Visited>;
  stop(machine: string): void;
}

interface Stop {
  readonly visit: Visit;
  readonly shown: Visited;
}

export class Tab {
  /** Machine the browser runs on. */
  machine = $state('node1');
  /** What stands in the address bar. */
  address = $state('');
  loading = $state(false);
  shown = $state.raw<Visited | undefined>(undefined);
  #history = $state.raw<readonly Stop[]>([]);
  #at = $state(-1);
  /** Counts visits, so that a late answer to an earlier one is not shown. */
  #turn = 0;

  constructor(readonly fetcher: Fetcher) {}

  get canBack(): boolean {
    return this.#at > 0;
  }

  get canForward(): boolean {
    return this.#at < this.#history.length - 1;
  }

  /** Goes to an address as typed (`http://` may be missing), as linked, or as a form says. */
  async go(visit: Visit): Promise<void> {
    const shown = await this.#load(visit);
    if (!shown) return;
    this.#history = [...this.#history.slice(0, this.#at + 1), { visit, shown }];
    this.#at = this.#history.length - 1;
  }

  /** What was shown before or after, as it was then. */
  step(by: -1 | 1): void {
    const stop = this.#history[this.#at + by];
    if (!stop) return;
    this.stop();
    this.#at += by;
    this.shown = stop.shown;
    this.address = stop.shown.url;
  }

  /** The same again, from the server. */
  async reload(): Promise<void> {
    const stop = this.#history[this.#at];
    if (!stop) return;
    const shown = await this.#load(stop.visit);
    if (shown) this.#history = this.#history.map((s, i) => (i === this.#at ? { ...s, shown } : s));
  }

  stop(): void {
    if (!this.loading) return;
    this.#turn++;
    this.loading = false;
    this.fetcher.stop(this.machine);
  }

  /** A part of the page that is shown. */
  part(url: string): Promise<Visited> {
    return this.fetcher.visit(this.machine, { url, part: true, referer: this.shown?.url });
  }

  async #load(visit: Visit): Promise<Visited | undefined> {
    this.stop();
    const turn = ++this.#turn;
    this.address = visit.url;
    this.loading = true;
    const shown = await this.fetcher.visit(this.machine, visit);
    if (turn !== this.#turn) return undefined;
    this.loading = false;
    this.shown = shown;
    this.address = shown.url;
    return shown;
  }
}
