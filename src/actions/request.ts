/** What the agent is asked to do beside talking: names and targets are those of the prompt file. */
export type ActionRequest =
  | { readonly action: 'hang_up' }
  | { readonly action: 'transfer'; readonly target: string }
  | { readonly action: 'send_digits'; readonly digits: string }
  | { readonly action: 'ask_digits'; readonly question: string };

/** Who asks: the model, a key that the caller pressed, or what the prompt says of a failure. */
export type AskedBy = 'model' | 'key' | 'failure';

/** An answer in which an action stands, as far as one has to know it. */
export interface Answer {
  /** What came of it so far: a `message` once words of it were heard. */
  readonly chatItems: readonly { readonly type: string }[];
  /** Told once it has been said, or was dropped. */
  addDoneCallback(done: (answer: { readonly interrupted: boolean }) => void): void;
}
