/** One thing that is wrong in a config file, and what would be right. */
export interface ConfigProblem {
  /** From 1; absent when the file as a whole is at fault. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** `policies.nightly.schedule.cron`; empty for the file as a whole. */
  readonly key: string;
  readonly text: string;
}

/** The config cannot be used. The message has one line for each problem: `FILE:LINE:COLUMN: key.path: what is wrong; what would be right`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  /** In the order of the file; never empty. */
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map((problem) => formatProblem(file, problem)).join('\n'), options);
    this.file = file;
    this.problems = problems;
  }
}

function formatProblem(file: string, { line, column, key, text }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  return key === '' ? `${place}: ${text}` : `${place}: ${key}: ${text}`;
}
