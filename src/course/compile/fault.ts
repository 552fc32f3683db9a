/** What is wrong with a lesson, and where. */

/** The files of a lesson's folder, by name. */
export interface LessonFiles {
  readonly 'lesson.yaml': string;
  readonly 'en.md': string;
  readonly 'zh.md': string;
}
export const LESSON_FILES = ['lesson.yaml', 'en.md', 'zh.md'] as const satisfies readonly (keyof LessonFiles)[];

export interface Fault {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export const tellFault = ({ file, line, message }: Fault): string => `${file}:${line}: ${message}`;
