/** Browsers on the lab's machines, one each, made when first used. */
import type { Browser, Visit, Visited } from '../../lab/browser/browser.ts';
import type { Lab } from '../../lab/lab.ts';

export class Visits {
  readonly #browsers = new Map<string, Promise<Browser>>();

  constructor(readonly lab: Lab) {}

  /** @throws Error when there is no such machine */
  async visit(machine: string, visit: Visit): Promise<Visited> {
    return (await this.#browser(machine)).visit(visit);
  }

  async stop(machine: string): Promise<void> {
    (await this.#browsers.get(machine))?.stop();
  }

  #browser(machine: string): Promise<Browser> {
    let made = this.#browsers.get(machine);
    if (!made) {
      made = this.#start(machine);
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
