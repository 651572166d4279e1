/** What the process ends with; the same numbers for every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  blocked: 3,
  declined: 4,
  changes: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that a person can do something about: what happened and to which object, what to do next, how the process ends. */
export class UpgradeError extends Error {
  override readonly name: string = 'UpgradeError';
  readonly hint: string | undefined;
  readonly exit: ExitCode;

  constructor(message: string, options: { hint?: string | undefined; exit?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.exit = options.exit ?? EXIT.failed;
  }
}

/** No whole answer came to a request. */
export class NoAnswer extends UpgradeError {
  override readonly name = 'NoAnswer';
}

/** Several errors at once: every one of them is told, not only the first. */
export class UpgradeErrors extends UpgradeError {
  override readonly name = 'UpgradeErrors';
  readonly errors: readonly UpgradeError[];

  constructor(errors: readonly UpgradeError[]) {
    super(errors.map((error) => error.message).join('; '), { exit: errors[0]?.exit ?? EXIT.failed });
    this.errors = errors;
  }
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** The API server's `Status` answer to a request that it refused, as a value. */
export class ApiError extends UpgradeError {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly reason: string;
  readonly causes: readonly StatusCause[];

  constructor(
    message: string,
    answer: { status: number; reason: string; causes?: readonly StatusCause[]; hint?: string | undefined },
  ) {
    super(message, { hint: answer.hint });
    this.status = answer.status;
    this.reason = answer.reason;
    this.causes = answer.causes ?? [];
  }

  /** A 409 because another field manager owns a field; any other 409 is about the object's version or existence. */
  get isFieldConflict(): boolean {
    return this.status === 409 && this.causes.some((cause) => cause.reason === 'FieldManagerConflict');
  }
}
