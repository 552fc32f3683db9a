/** Browsers on the lab's machines, one each, made when first used. */
import type { Browser, Visit, Visited } from '../../lab/browser/browser.ts';
import type { Lab } from '../../lab/lab.ts';
import { fail } from './host.ts';

export class Visits {
  readonly #browsers = new Map<string, Promise<Browser>>();
  /** Who waits for visits that have not begun, in their order. */
  readonly #waiting: ((visited: Promise<Visited>) => void)[] = [];

  constructor(readonly lab: Lab) {}

  /** The next visit that begins is one's own. */
  next(): Promise<Visited> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Begins a visit, whoever waits for it. */
  begin(machine: string, visit: Visit): void {
    const visited = this.#browser(machine).then((browser) => browser.visit(visit));
    const tell = this.#waiting.shift();
    if (tell) tell(visited);
    else visited.catch(fail);
  }

  stop(machine: string): void {
    void this.#browsers.get(machine)?.then((browser) => browser.stop());
  }

  #browser(machine: string): Promise<Browser> {
    let made = this.#browsers.get(machine);
    if (!made) {
      // Virtual time stands still until the code is there.
      made = this.lab.world.hold(this.#start(machine));
      this.#browsers.set(machine, made);
    }
    return made;
  }

  async #start(name: string): Promise<Browser> {
    const machine = this.lab.machine(name);
    if (!machine) throw new Error(`there is no machine '${name}'`);
    const { Browser } = await import('../../lab/browser/browser.ts');
    return new Browser(machine);
  }
}

/** What a visit gives that cannot begin: the past is being played. */
export const aborted = ({ url }: Visit): Visited => ({
  url,
  error: 'ABORTED',
  status: 0,
  reason: '',
  headers: [],
  bytes: new Uint8Array(0),
  time: 0,
  redirects: [],
});
