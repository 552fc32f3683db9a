/** What comes from the clipboard, before a shell gets it. */

/** Escape sequences and other controls, which could end a bracketed paste: everything below a space but Tab and newline. */
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** The text with single newlines and without control characters. */
export const cleaned = (text: string): string => text.replace(/\r\n?/g, '\n').replace(CONTROLS, '');

/** How many lines it has; a newline at its end ends the last one. */
export const linesIn = (text: string): number => text.replace(/\n$/, '').split('\n').length;

/** Whether a shell would run something of it before Enter is pressed, or all of it after. */
export const isSeveral = (text: string): boolean => text.includes('\n');

/** One line of it, as a shell takes it: joined where a backslash says so, else by spaces. */
export const oneLine = (text: string): string =>
  text
    .trim()
    .replace(/\\\n\s*/g, '')
    .replace(/\s*\n\s*/g, ' ');
