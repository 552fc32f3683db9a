/**
 * Streams of progress: one JSON message a line, as pull, load, import and build send them.
 * @see moby api/types/jsonstream, pkg/streamformatter, pkg/jsonmessage
 */
import { utf8 } from '../../base/http.ts';

/** One message; absent fields are left out. */
export interface Message {
  readonly stream?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly progress?: string;
  readonly id?: string;
  readonly errorDetail?: { readonly code?: number; readonly message: string };
  readonly error?: string;
  readonly aux?: unknown;
}

const ESCAPES: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' };

/** As Go's encoder writes it, with its line end. */
export function line(message: Message): Uint8Array {
  return utf8(`${JSON.stringify(message).replace(/[<>&]/g, (c) => ESCAPES[c] as string)}\r\n`);
}

/** The last message of a stream that fails. @param code exit code of the build step that failed */
export const failed = (message: string, code?: number): Uint8Array =>
  line({ errorDetail: { ...(code === undefined ? {} : { code }), message }, error: message });

/** What was fetched, as a whole. @param doing `Downloading`, `Importing` @param size bytes */
export const fetching = (doing: string, size: number): Uint8Array =>
  line({
    status: doing,
    progressDetail: { current: size, total: size },
    ...(size > 0 ? { progress: progressBar(size, size) } : {}),
  });

/** `[=====>    ]  1.2MB/3MB` */
export function progressBar(current: number, total: number): string {
  const half = Math.min(50, Math.floor(((current / total) * 100) / 2));
  const bar = `[${'='.repeat(half)}>${' '.repeat(Math.max(0, 50 - half))}]`;
  return `${bar}  ${humanSize(current).padStart(8)}/${humanSize(total)}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Four digits and a decimal unit. @see go-units: HumanSize */
export function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${Number(size.toPrecision(4))}${UNITS[unit]}`;
}
