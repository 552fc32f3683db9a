/** How many processors a machine shows. */
export const PROCESSORS = 2;
