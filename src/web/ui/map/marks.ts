/** How a network is told from others: a colour and, for those who see none, a shape. */

const SHAPES = [
  'M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z',
  'M0-6L5.5 4.5H-5.5Z',
  'M0-6L6 0L0 6L-6 0Z',
  'M-4.5-4.5H4.5V4.5H-4.5Z',
  'M-2-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z',
  'M0-5.5L5.5-1.5L3.4 5H-3.4L-5.5-1.5Z',
  'M-5.5-2H5.5V2H-5.5Z',
];
const TONES = 6;

/** @param number of a lane: six colours and seven shapes make 42 pairs before one comes again */
export function laneMark(number: number): { readonly tone: string; readonly shape: string } {
  return { tone: `tone${number % TONES}`, shape: SHAPES[number % SHAPES.length] as string };
}
