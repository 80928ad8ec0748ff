/** What happens on a caller's telephone; of `Happening` (`call-events.ts`). */
export type PhoneHappening =
  /** Who took a call that we placed, by their first words. */
  | { readonly type: 'callee'; readonly who: 'person' | 'voicemail' }
  /**
   * No sound comes from a phone since `forMs`: it is on hold, or where that is not certain, its line sends nothing in silence; or it
   * comes again, after so long.
   */
  | {
      readonly type: 'hold';
      readonly isHeld: boolean;
      readonly isCertain: boolean;
      readonly forMs: number;
    }
  /** The caller pressed a key of the telephone; which one is not told of a secret. */
  | { readonly type: 'key-pressed'; readonly piiKey?: string }
  /** A question of the prompt was put to them: the keys from now on are its answer. */
  | { readonly type: 'digits-asked'; readonly question: string }
  /** They typed so many digits, as the answer to a question of the prompt where it is named; of a secret no more is told. */
  | {
      readonly type: 'digits-typed';
      readonly question?: string;
      readonly count: number;
      readonly piiDigits?: string;
    };
