/**
 * Unit files of the service manager: the file itself, what lies over it, and the command that it starts.
 * Limits: of the settings only ExecStart= counts; no specifiers, no variables.
 * @see systemd.unit(5), systemd.service(5), systemd src/core/load-fragment.c
 */
import { text } from '../base/http.ts';
import { isErr } from '../linux/kernel/errno.ts';
import type { FileSystem } from '../linux/kernel/machine.ts';

/** A file that makes up a unit. */
export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

/** A unit as it was read: its own file first. */
export interface UnitText {
  readonly files: readonly UnitFile[];
  /** Commands to start, as words. */
  readonly commands: readonly (readonly string[])[];
}

const LOCAL = '/etc/systemd/system';
const SHIPPED = '/usr/lib/systemd/system';
/** Directories whose drop-ins count, where the first that has a name wins. */
const DROP_INS = [LOCAL, '/run/systemd/system', SHIPPED];

function read(fs: FileSystem, path: string): UnitFile | undefined {
  const bytes = fs.readFile(path);
  return isErr(bytes) ? undefined : { path, text: text(bytes) };
}

/** @param name `docker.service` */
export function readUnit(fs: FileSystem, name: string): UnitText {
  const own = read(fs, `${LOCAL}/${name}`) ?? read(fs, `${SHIPPED}/${name}`);
  const over = new Map<string, UnitFile>();
  for (const dir of DROP_INS) {
    const entries = fs.readdir(`${dir}/${name}.d`);
    for (const e of isErr(entries) ? [] : entries) {
      const file = e.name.endsWith('.conf') && !over.has(e.name) ? read(fs, `${dir}/${name}.d/${e.name}`) : undefined;
      if (file) over.set(e.name, file);
    }
  }
  const dropIns = [...over].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  const files = own ? [own, ...dropIns] : dropIns;
  return { files, commands: commandsOf(files) };
}

/** An empty ExecStart= forgets those before it. */
function commandsOf(files: readonly UnitFile[]): string[][] {
  let out: string[][] = [];
  for (const file of files) {
    let section = '';
    for (const line of file.text
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((l) => l.trim())) {
      if (line.startsWith('[')) section = line;
      const value = section === '[Service]' ? /^ExecStart\s*=\s*(.*)$/.exec(line)?.[1] : undefined;
      if (value === '') out = [];
      else if (value !== undefined) out.push(words(value));
    }
  }
  return out;
}

/** Words of a command line, by its quotes. */
function words(line: string): string[] {
  const found = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return found.map((w) => w.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
