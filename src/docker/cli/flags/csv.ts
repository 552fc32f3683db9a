/**
 * One record of comma-separated values, as flags with fields have it.
 * @see Go src/encoding/csv/reader.go: readRecord, without LazyQuotes
 */
import type { Parsed } from './gostrconv.ts';

/** Fields of a line; in quotes a field may hold commas, and a doubled quote is one. */
export function parseRecord(line: string): Parsed<readonly string[]> {
  if (line === '') return { error: 'EOF' };
  const fields: string[] = [];
  const fault = (at: number, why: string): { error: string } => ({
    error: `parse error on line 1, column ${new TextEncoder().encode(line.slice(0, at)).length + 1}: ${why}`,
  });
  for (let at = 0; ; ) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      const quote = line.slice(at, end).indexOf('"');
      if (quote >= 0) return fault(at + quote, 'bare " in non-quoted field');
      fields.push(line.slice(at, end));
      if (comma < 0) return { value: fields };
      at = end + 1;
      continue;
    }
    let field = '';
    for (at++; ; ) {
      const quote = line.indexOf('"', at);
      if (quote < 0) return fault(line.length, 'extraneous or missing " in quoted-field');
      field += line.slice(at, quote);
      at = quote + 1;
      if (line[at] !== '"') break;
      field += '"';
      at++;
    }
    fields.push(field);
    if (at === line.length) return { value: fields };
    if (line[at] !== ',') return fault(at - 1, 'extraneous or missing " in quoted-field');
    at++;
  }
}
