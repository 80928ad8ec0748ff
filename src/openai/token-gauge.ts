/** Until the server has counted: fewer characters than a token has in most languages, so that nothing too long looks short. */
const CHARS_PER_TOKEN = 3;
/** What a chat template writes around a message. */
const MESSAGE_TOKENS = 4;
/** Of a shorter request the template is the larger part. */
const TELLING_CHARS = 200;
/** Weight of the newest count. */
const WEIGHT = 0.5;

/** How much of a conversation is measured: characters of text, in so many messages. */
export interface Length {
  chars: number;
  messages: number;
}

/** How many characters a token has for one endpoint's model, by what the endpoint counted (`usage.prompt_tokens`). */
export class TokenGauge {
  #charsPerToken = CHARS_PER_TOKEN;
  #isCounted = false;

  tokens({ chars, messages }: Length): number {
    return Math.ceil(chars / this.#charsPerToken) + MESSAGE_TOKENS * messages;
  }

  chars(tokens: number): number {
    return tokens * this.#charsPerToken;
  }

  /** The endpoint counted so many tokens in a request. */
  counted({ chars, messages }: Length, tokens: number): void {
    const inText = tokens - MESSAGE_TOKENS * messages;
    if (chars < TELLING_CHARS || inText <= 0) return;
    const counted = bounded(chars / inText);
    this.#charsPerToken = this.#isCounted
      ? this.#charsPerToken + WEIGHT * (counted - this.#charsPerToken)
      : counted;
    this.#isCounted = true;
  }

  /** A request had more tokens than this, whatever was thought. */
  exceeded(length: Length, tokens: number): void {
    if (this.tokens(length) <= tokens) this.#charsPerToken = bounded(length.chars / (1.1 * tokens));
  }
}

/** Chinese has about 1.5, English 4.5; a server that counts otherwise counts something else. */
const bounded = (charsPerToken: number): number => Math.min(8, Math.max(0.5, charsPerToken));
