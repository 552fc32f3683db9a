/** Modules that the build makes. @see vite.lessons.ts */
declare module 'drydock:course' {
  export const outline: import('../course/outline.ts').Outline;
  /** Loads a lesson by its id. */
  export const lessons: Readonly<
    Record<string, () => Promise<{ readonly lesson: import('../course/text.ts').Lesson }>>
  >;
}
/** The first lesson alone, until the page has an outline. */
declare module 'drydock:plans' {
  export const plans: readonly import('../course/schema.ts').LessonPlan[];
}
declare module 'drydock:texts' {
  export const lessons: readonly import('../course/text.ts').Lesson[];
}
