/** Sizes, ids and shortened text. @see docker/go-units size.go, docker/cli cli/command/formatter/displayutils.go */

/** C's %.Ng: significant digits, no trailing zeros, exponent when it does not fit. */
export function percentG(n: number, digits: number): string {
  if (n === 0) return '0';
  const exp = Number(n.toExponential(digits - 1).split('e')[1]);
  if (exp < -4 || exp >= digits) {
    const [m = '', e = ''] = n.toExponential(digits - 1).split('e');
    const mantissa = m.includes('.') ? m.replace(/\.?0+$/, '') : m;
    return `${mantissa}e${e[0]}${e.slice(1).padStart(2, '0')}`;
  }
  const fixed = n.toFixed(Math.max(0, digits - 1 - exp));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB'];

function scaled(size: number, base: number, units: readonly string[], digits: number): string {
  let n = size;
  let i = 0;
  while (n >= base && i < units.length - 1) {
    n /= base;
    i++;
  }
  return percentG(n, digits) + units[i];
}

/** units.HumanSizeWithPrecision: powers of 1000. @param digits 4 in HumanSize */
export const humanSize = (bytes: number, digits = 4): string => scaled(bytes, 1000, DECIMAL, digits);
/** units.BytesSize: powers of 1024. */
export const bytesSize = (bytes: number): string => scaled(bytes, 1024, BINARY, 4);

/** First 12 characters of an id, without `sha256:`. */
export function truncateId(id: string): string {
  const colon = id.indexOf(':');
  return (colon >= 0 ? id.slice(colon + 1) : id).slice(0, 12);
}

/** Shortens to `width` columns with … at the end. */
export function ellipsis(s: string, width: number): string {
  const chars = [...s];
  if (chars.length <= width) return s;
  return width <= 1 ? chars.slice(0, width).join('') : `${chars.slice(0, width - 1).join('')}…`;
}
