/** What shows one terminal: xterm.js, or whatever can do this. */
export interface Screen {
  readonly cols: number;
  readonly rows: number;
  write(bytes: Uint8Array, drawn: () => void): void;
  /** Forgets all that was written. */
  reset(): void;
  /** Takes the room that it has. */
  fit(): void;
  ended(status: number): void;
  /** Types a text and Enter. */
  type(text: string): void;
  /** Types a text and leaves it to be finished by hand. */
  begin(text: string): void;
  /** Sends a key such as `^C`. */
  press(key: string): void;
  /** Sends an arrow key: `A` up, `B` down. */
  arrow(letter: 'A' | 'B'): void;
  focus(): void;
}
