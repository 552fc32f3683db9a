/** A lab whose first machine is talked to as a person would. */
import type { Lab, LabOptions } from '../../../src/lab/lab.ts';
import { makeLab } from '../../rig.ts';

export interface Machine {
  readonly lab: Lab;
  /** Standard output of a command that must succeed, without its last line end. */
  out(command: string): Promise<string>;
  /** What a command that must fail says on standard error: its first line (or all), and its exit code. */
  fails(command: string, all?: boolean): Promise<string>;
  /** Lines of standard output. */
  lines(command: string): Promise<string[]>;
}

export async function open(options: Omit<LabOptions, 'seed'> = {}): Promise<Machine> {
  const lab = await makeLab(1, options);
  const out = async (command: string): Promise<string> => {
    const { stdout, stderr, exit } = await lab.run('node1', command);
    if (exit !== 0) throw new Error(`$ ${command}\n${stdout}${stderr}exit ${exit}`);
    return stdout.replace(/\n$/, '');
  };
  return {
    lab,
    out,
    lines: async (command) => (await out(command)).split('\n'),
    async fails(command, all = false) {
      const { stdout, stderr, exit } = await lab.run('node1', command);
      if (exit === 0) throw new Error(`$ ${command}\nsucceeded: ${stdout}${stderr}`);
      const said = all ? stderr.trimEnd() : (stderr.split('\n')[0] as string);
      return `${said.replace(/^(?:docker: )?Error response from daemon: /, '')} [${exit}]`;
    },
  };
}
