/** Names of git repositories. @see moby/buildkit util/gitutil/git_ref.go, frontend/dockerfile/dfgitutil */

/** Whether a source is a repository to be cloned. */
export const isGitRef = (ref: string): boolean =>
  /^(?:git:\/\/|git@[^/]+:|ssh:\/\/)/.test(ref) || /^https?:\/\/[^?#]*\.git(?:[?#].*)?$/.test(ref);

/** The same of a context, which may leave out its scheme. */
export const isGitContext = (ref: string): boolean => isGitRef(ref) || ref.startsWith('github.com/');

/** What fetching one comes to here: the machine has no git. @see moby/buildkit util/gitutil/git_cli.go */
export const NO_GIT = 'exec: "git": executable file not found in $PATH';
