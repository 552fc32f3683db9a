/** What options of ping say. */

/** Bytes that are repeated to fill requests: hexadecimal digits in pairs. @see ping_common.c: fill */
export function pattern(text: string | undefined): Uint8Array | string | undefined {
  if (text === undefined) return undefined;
  if (!/^[\da-f]+$/i.test(text)) return `patterns must be specified as hex digits: ${text}`;
  return Uint8Array.from(text.match(/..?/g) ?? [], (pair) => Number.parseInt(pair, 16)).subarray(0, 16);
}

/** `-M`: the value of IP_MTU_DISCOVER. */
export function discovery(mode: string | undefined): number | undefined | string {
  if (mode === undefined) return undefined;
  const value = ['dont', 'want', 'do', 'probe'].indexOf(mode);
  return value < 0 ? `invalid -M argument: ${mode}` : value;
}
