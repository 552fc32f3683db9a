/**
 * What each run makes anew and later commands name: tokens and keys of a swarm. A transcript's own ones are replaced by
 * those that this lab made in their place.
 */

/** Join tokens, and keys that unlock managers. */
const MADE = /SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}|SWMKEY-1-[A-Za-z0-9+/]{43}/g;

export class Made {
  readonly #ours = new Map<string, string>();

  /** A recorded command as this lab is to get it. */
  translate(command: string): string {
    return command.replace(MADE, (theirs) => this.#ours.get(theirs) ?? theirs);
  }

  /** Holds what was recorded beside what this lab said to the same command. */
  learn(recorded: unknown, said: string): void {
    if (typeof recorded !== 'string') return;
    const [theirs, ours] = [recorded.match(MADE) ?? [], said.match(MADE) ?? []];
    for (const [i, t] of theirs.entries()) if (ours[i]) this.#ours.set(t, ours[i] as string);
  }
}
