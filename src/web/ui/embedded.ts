/** Whether the page stands in a frame of another page: it takes neither its focus nor its wheel, and keeps no session. */
export const embedded = window.parent !== window;
