/** The terminals' tabs: those of the lesson, which stay, and those that were opened. */
import type { Screen } from './screen.ts';

export interface TabPlan {
  readonly machine: string;
  readonly title: string;
  /** Belongs to the lesson: cannot be closed, and comes again when a log has none. */
  readonly stays: boolean;
}

export class Tab implements TabPlan {
  readonly machine: string;
  readonly title: string;
  readonly stays: boolean;
  /** Of the page: in ids and for each blocks. */
  readonly key: string;
  /** Of the worker; absent until it has been opened. */
  number = $state<number | undefined>(undefined);
  /** Status of the shell that has ended. */
  ended = $state<number | undefined>(undefined);
  /** The next character is typed with Ctrl. */
  ctrl = $state(false);
  screen: Screen | undefined;
  /** Does what its menu names; there once that is loaded. */
  act: ((id: string) => void) | undefined;
  /** Typed once the shell has said something. */
  command: string | undefined;
  #early: (() => void)[] = [];

  constructor(key: string, { machine, title, stays }: TabPlan) {
    this.key = key;
    this.machine = machine;
    this.title = title;
    this.stays = stays;
  }

  /** Gives it what shows it. */
  attach(screen: Screen): void {
    this.screen = screen;
    for (const work of this.#early.splice(0)) work();
  }

  /** Does something with the screen, once there is one. */
  #with(work: (screen: Screen) => void): void {
    const { screen } = this;
    if (screen) work(screen);
    else this.#early.push(() => work(this.screen as Screen));
  }

  write(bytes: Uint8Array, drawn: () => void): void {
    this.#with((s) => s.write(bytes, drawn));
    const { command } = this;
    if (command === undefined) return;
    this.command = undefined;
    this.#with((s) => s.type(command));
  }

  end(status: number): void {
    this.ended = status;
    this.#with((s) => s.ended(status));
  }

  reset(): void {
    this.ended = undefined;
    this.#with((s) => s.reset());
  }
}

export class Tabs {
  all = $state.raw<readonly Tab[]>([]);
  active = $state('');

  constructor(plans: readonly TabPlan[]) {
    for (const plan of plans) this.add(plan);
    this.active = this.all[0]?.key ?? '';
  }

  get shown(): Tab | undefined {
    return this.all.find((t) => t.key === this.active);
  }

  add(plan: TabPlan): Tab {
    let key = plan.machine;
    for (let n = 2; this.all.some((t) => t.key === key); n++) key = `${plan.machine}-${n}`;
    const tab = new Tab(key, plan);
    this.all = [...this.all, tab];
    return tab;
  }

  remove(tab: Tab): void {
    const at = this.all.indexOf(tab);
    this.all = this.all.filter((t) => t !== tab);
    if (this.active === tab.key) this.active = this.all[Math.max(0, at - 1)]?.key ?? '';
  }

  byNumber(number: number): Tab | undefined {
    return this.all.find((t) => t.number === number);
  }

  /** The tab for a terminal that a log has opened. */
  forNumber(number: number, machine: string, title: string): Tab {
    const known =
      this.byNumber(number) ?? this.all.find((t) => t.number === undefined && t.machine === machine && t.stays);
    const tab = known ?? this.add({ machine, title, stays: false });
    tab.number = number;
    tab.ended = undefined;
    return tab;
  }

  /** The lesson's own terminal of a machine, or any of it. */
  of(machine: string): Tab | undefined {
    return this.all.find((t) => t.machine === machine && t.stays) ?? this.all.find((t) => t.machine === machine);
  }
}
