/** What cannot be done, and how a command ends then. */

/** 0 done, 1 failed, 2 held or needs a person, 64 wrong usage (sysexits.h: EX_USAGE). */
export type Exit = 0 | 1 | 2 | 64;

/** Something that a person asked for and that cannot be: shown without a stack. */
export class Refusal extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exit: Exit;

  constructor(
    code: string,
    message: string,
    { remedy, exit = 1 }: { readonly remedy?: string; readonly exit?: Exit } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.remedy = remedy;
    this.exit = exit;
  }
}
