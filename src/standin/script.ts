/** Answers given in place of the stand-in's own, asked in this order: `custom`, `queue`, `rules`, `always`. */
export class Script<Request, Answer> {
  /** In-process tests: an answer made from the request; `undefined` asks the others. */
  custom: ((request: Request) => Answer | undefined) | undefined;
  /** Each is given once. Speculative requests take from it too: prefer `rules` where those are on. */
  queue: Answer[] = [];
  /** The first whose expression matches what the caller said. */
  rules: { match: string; answer: Answer }[] = [];
  always: Answer | undefined;

  next(request: Request, said: string): Answer | undefined {
    return this.custom?.(request) ?? this.queue.shift() ?? this.#rule(said) ?? this.always;
  }

  clear(): void {
    this.custom = undefined;
    this.queue = [];
    this.rules = [];
    this.always = undefined;
  }

  #rule(said: string): Answer | undefined {
    return this.rules.find(({ match }) => new RegExp(match, 'i').test(said))?.answer;
  }
}
