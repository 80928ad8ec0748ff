/** One address of a TURN server, and what it asks for. */
export interface TurnAccess {
  /** `turn:` or `turns:`. */
  readonly url: string;
  readonly username: string;
  readonly credential: string;
}
