/** Modules that the build makes. @see vite.lessons.ts */
declare module 'drydock:outline' {
  export const outline: import('../course/outline.ts').Outline;
}

declare module 'drydock:course' {
  /** Loads plan and words of a lesson by its id; in the order of the course. */
  export const lessons: Readonly<
    Record<
      string,
      { readonly plan: () => Promise<{ readonly plan: import('../course/schema.ts').LessonPlan }> } & Readonly<
        Record<
          import('../course/schema.ts').Language,
          () => Promise<{ readonly text: import('../course/text.ts').LessonText }>
        >
      >
    >
  >;
}
