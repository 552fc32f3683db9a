/** Help of `--format` flags. @see docker/cli cli/flags/options.go */
export const FORMAT_HELP = `How to print it:
'table':            a table with titles (default)
'table TEMPLATE':   a table of the columns that a Go template names
'json':             JSON, an object a line
'TEMPLATE':         what a Go template makes of it.
See https://docs.docker.com/go/formatting/ for such templates`;

/** The same where there is no table. */
export const INSPECT_FORMAT_HELP = `How to print it:
'json':             JSON
'TEMPLATE':         what a Go template makes of it.
See https://docs.docker.com/go/formatting/ for such templates`;
