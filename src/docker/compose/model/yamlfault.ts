/**
 * Faults of YAML in the words, and with the odd line numbers, of the library that the real command reads it with: what its
 * scanner finds is numbered from one, what its parser finds from zero, and by the block that it was in.
 * Limits: one fault for each text; flow collections and anchors are looked at in passing only.
 * @see go-yaml decode.go: fail; scannerc.go, parserc.go
 */

/** What another library said. */
interface ParseError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

interface Line {
  readonly index: number;
  readonly indent: number;
  readonly dash: boolean;
}

/** A block that is open above a line. */
interface Block {
  readonly start: number;
  readonly dash: boolean;
}

function linesOf(text: string): Line[] {
  return text.split('\n').flatMap((l, index) => {
    const indent = l.search(/\S/);
    return indent < 0 || l[indent] === '#' ? [] : [{ index, indent, dash: /^-(?:\s|$)/.test(l.slice(indent)) }];
  });
}

/** The block that a line at a column stands in, or breaks: the innermost one to its left, or one of another kind at the same column. */
function blockAt(text: string, line: number, column: number, dash: boolean): Block {
  const above = linesOf(text).filter((l) => l.index < line);
  let least = Number.POSITIVE_INFINITY;
  for (let i = above.length - 1; i >= 0; i--) {
    const l = above[i] as Line;
    if (l.indent >= least) continue;
    least = l.indent;
    if (l.indent > column || (l.indent === column && l.dash === dash)) continue;
    let start = l;
    for (let j = i - 1; j >= 0 && (above[j] as Line).indent >= l.indent; j--)
      if ((above[j] as Line).indent === l.indent && (above[j] as Line).dash === l.dash) start = above[j] as Line;
    return { start: start.index, dash: l.dash };
  }
  return { start: 0, dash: false };
}

const said = (line: number, what: string): string => `yaml: ${line > 0 ? `line ${line}: ` : ''}${what}`;

/** @param error the first of them @param more those that came with it */
export function faultOf(text: string, error: ParseError, more: readonly ParseError[]): string {
  const lineAt = (pos: number): number => text.slice(0, pos).split('\n').length - 1;
  const [at] = error.pos;
  const line = lineAt(at);
  const scanner = (what: string, l = line): string => said(l === 0 ? 0 : l + 1, what);
  const parser = (what: string, context: number): string => said(context || line, what);
  const { code, message } = error;
  if (code === 'TAB_AS_INDENT' || code === 'BAD_SCALAR_START')
    return scanner('found character that cannot start any token');
  if (code === 'BAD_DQ_ESCAPE') return scanner('found unknown escape character');
  if (message.includes('block-seq-ind on same line')) {
    if (text.slice(text.lastIndexOf('\n', at) + 1, at).trim() !== '')
      return scanner('block sequence entries are not allowed in this context');
  }
  const spread = [error, ...more].find((e) => e.code === 'MULTILINE_IMPLICIT_KEY' && e.pos[1] > e.pos[0] + 1);
  if (message.startsWith('Nested mappings') || spread === error)
    return scanner('mapping values are not allowed in this context', spread ? lineAt(spread.pos[1]) : line);
  if (message.startsWith('Missing closing'))
    return scanner('found unexpected end of stream', lineAt(text.lastIndexOf(message.includes('"') ? '"' : "'")));
  const flow = /Flow (sequence|map)/.exec(message)?.[1];
  if (flow !== undefined) {
    const [open, close] = flow === 'map' ? ['{', '}'] : ['[', ']'];
    return parser(`did not find expected ',' or '${close}'`, lineAt(text.lastIndexOf(open as string, at)));
  }
  if (/flow-(?:seq|map)-end/.test(message)) return parser('did not find expected node content', line);
  if (code === 'MISSING_CHAR' && !message.includes('block')) return scanner("could not find expected ':'");
  return inBlock(text, at, line, parser);
}

function inBlock(text: string, at: number, line: number, parser: (what: string, context: number) => string): string {
  const begin = text.lastIndexOf('\n', at - 1) + 1;
  const content = text.slice(begin).split('\n', 1)[0] as string;
  const column = Math.max(content.search(/\S/), 0);
  const dash = /^-(?:\s|$)/.test(content.slice(column));
  const inside = begin + column < at;
  const block = blockAt(text, inside ? line + 1 : line, column + (inside ? 1 : 0), dash);
  return parser(`did not find expected ${block.dash ? "'-' indicator" : 'key'}`, block.start);
}
