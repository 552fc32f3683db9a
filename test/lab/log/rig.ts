/** A sitting with everything it told, and what can be held against another one. */
import { createHash } from 'node:crypto';
import type { Lab } from '../../../src/lab/lab.ts';
import type { Act, Log } from '../../../src/lab/log/entry.ts';
import { Sitting } from '../../../src/lab/log/sitting.ts';
import { makeLab } from '../../rig.ts';

export class Told {
  readonly sitting: Sitting;
  /** Output of each terminal, as text of single bytes. */
  readonly output: string[] = [];
  readonly ended: number[][] = [];
  readonly acts: Act[] = [];

  constructor(readonly lab: Lab) {
    this.sitting = new Sitting(lab, {
      output: (terminal, bytes) => {
        this.output[terminal] = (this.output[terminal] ?? '') + Buffer.from(bytes).toString('latin1');
      },
      ended: (terminal, status) => this.ended.push([terminal, status]),
      did: (act) => this.acts.push(act),
    });
  }

  static async at(seed = 1): Promise<Told> {
    return new Told(await makeLab(seed));
  }

  /** A fresh lab to which the same has been done. */
  static async again(log: Log, seed = 1): Promise<Told> {
    const told = await Told.at(seed);
    told.sitting.play(log);
    await told.goes(log.end);
    return told;
  }

  async goes(until: number): Promise<void> {
    while (!(await this.sitting.step(until, () => true)));
  }

  async passes(ns: number): Promise<void> {
    await this.goes(this.sitting.now + ns);
  }

  open(terminal = 0, machine = 'node1'): void {
    this.sitting.do({ kind: 'open', terminal, machine, title: '', cols: 80, rows: 24 });
  }

  press(keys: string, terminal = 0): void {
    this.sitting.do({ kind: 'input', terminal, bytes: new TextEncoder().encode(keys) });
  }

  /** Types each key by itself, then lets time pass. */
  async types(keys: string, ns = 2e7, terminal = 0): Promise<void> {
    for (const key of keys) {
      this.press(key, terminal);
      await this.passes(1e6);
    }
    await this.passes(ns);
  }

  /** All that can be seen of the lab. */
  state() {
    const { lab } = this;
    const view = lab.view();
    return {
      view: view.machines,
      frames: lab.frames(0).frames,
      calls: lab.calls(0),
      output: [...this.output],
      ended: [...this.ended],
      commands: this.sitting.commands.map((c) => ({ ...c })),
      core: createHash('sha256').update(lab.world.core.snapshot()).digest('hex'),
      now: Math.ceil(view.time / 1000),
    };
  }
}
