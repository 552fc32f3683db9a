/** Release that the server and its clients say they are. */
export const VERSION = '17.6';
