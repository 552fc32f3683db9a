/** Modules that the build makes. @see vite.lessons.ts */
declare module 'drydock:course' {
  export const outline: import('../course/outline.ts').Outline;
  /** Loads a lesson by its id. */
  export const lessons: Readonly<
    Record<string, () => Promise<{ readonly lesson: import('../course/text.ts').Lesson }>>
  >;
}
