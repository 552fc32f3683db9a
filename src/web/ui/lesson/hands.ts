/** What a lesson's words can do with the lab: type, press, and know its values. */
export interface Hands {
  /** Values of the lab that stand in the words as `{{name}}`. */
  readonly values: Readonly<Record<string, string>>;
  /** Types a command into a machine's terminal and runs it. */
  type(machine: string, command: string): void;
  /** Opens an address of the lab in the simulated browser. */
  visit(url: string): void;
  /** Presses a key there: `^C`. */
  press(machine: string, key: string): void;
}
