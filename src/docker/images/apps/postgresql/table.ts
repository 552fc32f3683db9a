/** Rows as psql prints them. @see PostgreSQL src/fe_utils/print.c: print_aligned_text, print_unaligned_text */

/** What a query gave. */
export interface Result {
  readonly names: readonly string[];
  /** Whether a column's values stand at the right. */
  readonly right: readonly boolean[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface Style {
  readonly aligned: boolean;
  readonly tuplesOnly: boolean;
  readonly expanded: boolean;
  readonly separator: string;
  readonly null: string;
  readonly title?: string;
}

const center = (s: string, width: number): string => {
  const left = Math.floor((width - s.length) / 2);
  return ' '.repeat(left) + s + ' '.repeat(width - s.length - left);
};

export function table(r: Result, style: Style): string {
  const cell = (v: string | null): string => v ?? style.null;
  const count = `(${r.rows.length} row${r.rows.length === 1 ? '' : 's'})\n`;
  if (style.expanded) return expanded(r, style, cell);
  if (!style.aligned) {
    const lines = r.rows.map((row) => `${row.map(cell).join(style.separator)}\n`).join('');
    return style.tuplesOnly ? lines : `${r.names.join(style.separator)}\n${lines}${count}`;
  }
  const widths = r.names.map((n, i) => Math.max(n.length, ...r.rows.map((row) => cell(row[i] ?? null).length)));
  const line = (cells: readonly string[]): string => ` ${cells.join(' | ')}`;
  const last = r.names.length - 1;
  const body = r.rows.map((row) => {
    const cells = row.map((v, i) => {
      const w = widths[i] as number;
      if (r.right[i]) return cell(v).padStart(w);
      return i === last ? cell(v) : cell(v).padEnd(w);
    });
    return `${line(cells)}\n`;
  });
  if (style.tuplesOnly) return `${body.join('')}\n`;
  const title =
    style.title === undefined
      ? ''
      : `${center(
          style.title,
          widths.reduce((n, w) => n + w + 3, -1),
        ).trimEnd()}\n`;
  const head = `${line(r.names.map((n, i) => center(n, widths[i] as number)))} \n`;
  const rule = `${widths.map((w) => '-'.repeat(w + 2)).join('+')}\n`;
  return `${title}${head}${rule}${body.join('')}${count}\n`;
}

function expanded(r: Result, style: Style, cell: (v: string | null) => string): string {
  if (r.rows.length === 0) return style.tuplesOnly ? '' : '(0 rows)\n\n';
  const width = Math.max(...r.names.map((n) => n.length));
  const value = Math.max(...r.rows.flatMap((row) => row.map((v) => cell(v).length)));
  return `${r.rows
    .map((row, i) => {
      const head = `-[ RECORD ${i + 1} ]`;
      const rule = `${head}${'-'.repeat(Math.max(0, width - head.length + 1))}`;
      const full = rule.length > width + 1 ? rule.padEnd(width + value + 3, '-') : `${rule}+${'-'.repeat(value + 1)}`;
      return `${style.tuplesOnly ? '' : `${full}\n`}${row.map((v, k) => `${(r.names[k] as string).padEnd(width)} | ${cell(v)}\n`).join('')}`;
    })
    .join('')}\n`;
}
