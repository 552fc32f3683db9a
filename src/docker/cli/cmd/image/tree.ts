/**
 * `docker images --tree`: names of an image below each other, the longest first, then what it takes.
 * Limits: images have no manifests of several platforms here, so that no image has branches.
 * @see docker/cli cli/command/image/tree.go
 */
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { ImageSummary } from '../../../api/types.ts';
import type { Ctx } from '../../context.ts';
import { ellipsis, humanSize, truncateId } from '../../formatter/units.ts';

const SPACING = 3;
/** Least columns of a name: what does not fit beside it is left out. */
const LEAST_NAME = 12;
const USUAL_WIDTH = 80;
const LEAST_WIDTH = 20;
const UNTAGGED = '<untagged>';

interface Field {
  readonly title: string;
  readonly width: number;
  readonly right?: true;
  readonly value: (image: ImageSummary) => string;
}

const FIELDS: readonly Field[] = [
  { title: 'ID', width: 12, value: (i) => truncateId(i.Id) },
  { title: 'DISK USAGE', width: 10, right: true, value: (i) => humanSize(i.Size, 3) },
  { title: 'CONTENT SIZE', width: 12, right: true, value: () => '0B' },
  { title: 'EXTRA', width: 5, value: (i) => (i.Containers > 0 ? ' U ' : '') },
];

const esc = (code: string, s: string): string => `\x1b[${code}m${s}\x1b[0m`;
const bold = (s: string): string => `\x1b[39m\x1b[1m${s}\x1b[0m`;

/** What `U` means, in colours and without: a text and its columns. */
const LEGEND: readonly [text: string, columns: number] = [
  '\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m \x1b[38;5;0m\x1b[48;5;14m U \x1b[0m In Use ',
  21,
];
const PLAIN_LEGEND: readonly [text: string, columns: number] = ['Info ->  U In Use ', 18];

const pad = (s: string, width: number, right: boolean, paint: (s: string) => string): string => {
  const text = ellipsis(s, width);
  const room = ' '.repeat(width - [...text].length);
  return right ? room + paint(text) : paint(text) + room;
};

/** Draws the list, newest first. @param all images without a name too */
export function imageTree(ctx: Ctx, list: readonly ImageSummary[], all: boolean): string {
  const size = ctx.sys.winsize(1);
  const tty = ctx.sys.isatty(1);
  const width = Math.max(LEAST_WIDTH, (isErr(size) ? 0 : size.cols) || USUAL_WIDTH);
  const [legend, columns] = tty ? LEGEND : PLAIN_LEGEND;
  const plain = (s: string): string => s;
  const nameColour = tty ? (s: string): string => `\x1b[34m\x1b[1m${s}\x1b[0m` : plain;
  const colour = tty ? (s: string): string => esc('39', s) : plain;
  const images = list.filter((i) => all || (i.RepoTags ?? []).length > 0).sort((a, b) => b.Created - a.Created);
  let room = width;
  const fields: Field[] = [];
  for (const f of FIELDS) {
    if (room - f.width - SPACING < LEAST_NAME) break;
    room -= f.width + SPACING;
    fields.push(f);
  }
  const names = images.flatMap((i) => i.RepoTags ?? []);
  const nameWidth = Math.min(room, Math.max('IMAGE'.length, ...names.map((n) => n.length)));
  const gap = ' '.repeat(SPACING);
  const line = (name: string, of: (f: Field) => string): string => [name, ...fields.map(of)].join(gap);
  const warning = "WARNING: This is an experimental feature. The output may change and shouldn't be depended on.";
  const out = [
    tty ? esc('93', warning) : warning,
    ' '.repeat(Math.max(0, width - columns)) + legend,
    '',
    line(pad('IMAGE', nameWidth, false, bold), (f) => pad(f.title, f.width, f.right ?? false, bold)),
  ];
  for (const image of images) {
    const own = [...(image.RepoTags ?? [])].sort((a, b) => b.length - a.length);
    const shown = own.length > 0 ? own : [UNTAGGED];
    for (const name of shown.slice(0, -1)) out.push(nameColour(ellipsis(name, nameWidth)));
    out.push(
      line(pad(shown.at(-1) as string, nameWidth, false, nameColour), (f) =>
        pad(f.value(image), f.width, f.right ?? false, f.value(image) === '' ? plain : colour),
      ),
    );
  }
  return `${out.join('\n')}\n`;
}
