/** A verb cannot do what it was asked; `code` has its section in `docs/errors.md`. */
export class VerbRefusal extends Error {
  override readonly name = 'VerbRefusal';
  readonly code:
    | 'ambiguous-person'
    | 'busy'
    | 'no-such-plan'
    | 'nothing-held'
    | 'plan-applied'
    | 'plan-config-changed'
    | 'plan-superseded'
    | 'unknown-attribute'
    | 'unknown-person'
    | 'unknown-system';
  readonly remedy: string;

  constructor(code: VerbRefusal['code'], message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
