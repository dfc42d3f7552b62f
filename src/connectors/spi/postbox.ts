/** Mails that a system wants written to people, and what people answer by following a link in them. */

export interface Letter {
  readonly id: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface Postbox {
  /** The mail server, as a URL with what it takes to use it. */
  readonly server: string;
  /** Where people reach us, for links in mails. */
  readonly address: string;
  /**
   * What is due, the oldest first.
   *
   * @param link Where somebody who holds a token confirms.
   */
  waiting(count: number, link: (token: string) => string): Promise<readonly Letter[]>;
  delivered(letter: Letter): Promise<void>;
  /** It is tried again later, each time after a longer while. */
  failed(letter: Letter): Promise<void>;
  /**
   * Somebody followed the link of a confirmation.
   *
   * @returns False where there is nothing to confirm, or no more.
   */
  confirm(token: string): Promise<boolean>;
}
