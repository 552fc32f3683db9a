/** Modules that the build makes. @see vite.lessons.ts */
declare module 'drydock:plans' {
  export const plans: readonly import('../course/schema.ts').LessonPlan[];
}
declare module 'drydock:texts' {
  export const lessons: readonly import('../course/text.ts').Lesson[];
}
