/** What a lesson that is being written needs: the compiler with its parsers, and the prover. */
export { compileLesson } from '../../course/compile/compile.ts';
export { proveLesson } from '../../course/prove/lesson.ts';
