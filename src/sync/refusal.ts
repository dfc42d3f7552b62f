/** A verb cannot do what it was asked; `code` has its section in `docs/errors.md`. */
export class VerbRefusal extends Error {
  override readonly name = 'VerbRefusal';
  readonly code:
    | 'account-taken'
    | 'already-erased'
    | 'ambiguous-person'
    | 'busy'
    | 'erasure-blocked'
    | 'erasure-incomplete'
    | 'import-needs-authority'
    | 'lease-lost'
    | 'moment-to-come'
    | 'no-such-plan'
    | 'no-such-run'
    | 'nobody-then'
    | 'not-inbound'
    | 'not-suppressed'
    | 'nothing-held'
    | 'nothing-to-undo'
    | 'past-not-kept'
    | 'plan-applied'
    | 'plan-config-changed'
    | 'plan-expired'
    | 'plan-superseded'
    | 'unknown-attribute'
    | 'unknown-group'
    | 'unknown-person'
    | 'unknown-system'
    | 'which-account';
  readonly remedy: string;

  constructor(code: VerbRefusal['code'], message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
