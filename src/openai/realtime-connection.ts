import { WebSocket } from 'ws';
import { BOUNDS } from '../bounds.ts';
import type { EndpointError } from '../errors.ts';
import { type Clock, systemClock } from './clock.ts';
import { hintFor, reasonOf } from './connect-hint.ts';
import type { Deadlines } from './exchange.ts';
import { excerpt, fault, RefusedError, type Target } from './fault.ts';
import { socketAgentFor } from './proxy.ts';
import { type Dialect, dialectOf, type ServerEvent, type Session } from './realtime-dialect.ts';
import type { Wire } from './wire.ts';

export interface ConnectOptions extends Target, Session {
  headers: Readonly<Record<string, string>>;
  deadlines: Deadlines;
  clock?: Clock | undefined;
  /** Of a server that does not greet; else its greeting tells. */
  dialect?: Wire['dialect'] | undefined;
  onReady(connection: RealtimeConnection): void;
  /** Told after `onReady` and before `onLost` only, as all of these are told by the socket's own callbacks. */
  onEvent(event: ServerEvent): void;
  /** Told once, whether the connection stood or never came about. */
  onLost(error: EndpointError): void;
}

/** A connection that stands, its session configured. */
export interface RealtimeConnection {
  dialect: Dialect;
  /** Bytes as they are, all else as JSON. */
  send(message: object | Uint8Array): void;
  /** Gives the connection up; `onLost` is told why. */
  drop(error: EndpointError): void;
}

// Load balancers drop idle connections without a word; callers are silent for minutes.
const PING_EVERY_MS = 10_000;
const KEEP_ALIVE_MS = 4000;
const GOODBYE_MS = 1000;
const SAID_BYTES = 4096;
/** Close codes that say that the client is wrong: the same would happen again. */
const CLIENT_FAULT = /^(1002|1003|1007|1008|1009|1010|[34]\d\d\d)$/;

/**
 * Opens a WebSocket, waits for the greeting of a server that greets, and configures the session; the first two within
 * `connectTimeoutMs`. Aborting `signal` closes it at any time.
 *
 * `onLost` gets an `EndpointError`: `connect`, `status` (the upgrade was refused), `stall` (it stood), `invalid`,
 * `aborted`.
 */
export function connectRealtime(options: ConnectOptions, signal: AbortSignal): void {
  new Socket(options, signal);
}

class Socket {
  readonly #options: ConnectOptions;
  readonly #clock: Clock;
  readonly #socket: WebSocket;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.#fail(fault(this.#options, 'aborted', 'cancelled'));
  #stopTimer: () => void;
  #stopKeepAlive = () => {};
  #dialect: Dialect | undefined;
  #state: 'opening' | 'open' | 'ready' | 'over' = 'opening';
  #heard = true;

  constructor(options: ConnectOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#clock = options.clock ?? systemClock;
    this.#socket = this.#openSocket();
    const { connectTimeoutMs } = options.deadlines;
    this.#stopTimer = this.#clock.after(connectTimeoutMs, () => {
      const what = this.#state === 'opening' ? 'no connection' : 'no session';
      this.#fail(fault(options, 'connect', `timed out: ${what} within ${connectTimeoutMs} ms`));
    });
    signal.addEventListener('abort', this.#onAbort);
  }

  #openSocket(): WebSocket {
    const { url, headers } = this.#options;
    const socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      maxPayload: BOUNDS.realtimeMessageBytes,
      agent: socketAgentFor(url),
    });
    socket.on('open', () => {
      if (this.#state !== 'opening') return;
      this.#state = 'open';
      const { dialect } = this.#options;
      if (dialect) this.#begin(dialect((event) => this.#tell(event)));
    });
    socket.on('unexpected-response', (_, response) => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
      textOf(response).then((said) =>
        this.#fail(new RefusedError(this.#options, response.statusCode ?? 0, headers, said)),
      );
    });
    socket.on('message', (data, isBinary) => {
      this.#heard = true;
      this.#receive(isBinary ? '' : String(data));
    });
    socket.on('pong', () => {
      this.#heard = true;
    });
    socket.on('error', (error) => this.#fail(this.#socketError(error)));
    socket.on('close', (code, reason) => this.#fail(this.#closed(code, String(reason))));
    return socket;
  }

  #receive(text: string): void {
    if (this.#state === 'over') return;
    const message = parsed(text);
    if (message === undefined) {
      this.#fail(fault(this.#options, 'invalid', `sent no JSON: ${excerpt(text, this.#options)}`));
    } else if (this.#state === 'ready') {
      this.#tell(this.#dialect?.read(message));
    } else this.#greeted(message);
  }

  #greeted(message: Record<string, unknown>): void {
    const dialect = dialectOf(message);
    if (dialect === undefined && message.type === 'error') {
      const said = excerpt(JSON.stringify(message), this.#options);
      this.#fail(fault(this.#options, 'invalid', `refused the session: ${said}`));
    }
    if (dialect !== undefined) this.#begin(dialect);
  }

  #begin(dialect: Dialect): void {
    this.#dialect = dialect;
    this.#state = 'ready';
    this.#stopTimer();
    this.#watch();
    const send = (message: object) => this.#send(message);
    if (dialect.configure) send(dialect.configure(this.#options));
    if (dialect.keepAlive) this.#keepAlive(dialect.keepAlive);
    this.#options.onReady({ dialect, send, drop: (error) => this.#fail(error) });
  }

  #tell(event: ServerEvent | undefined): void {
    if (event !== undefined && this.#state === 'ready') this.#options.onEvent(event);
  }

  /** A server that does not read is given up before what waits for it fills the memory. */
  #send(message: object): void {
    if (this.#state === 'over') return;
    this.#socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
    const { bufferedAmount } = this.#socket;
    if (bufferedAmount <= BOUNDS.realtimeUnsentBytes) return;
    const error = fault(this.#options, 'stall', `does not read: ${bufferedAmount} bytes wait to be sent`);
    // Who sends is not done with its messages, and is told of the loss.
    queueMicrotask(() => this.#fail(error));
  }

  #watch(): void {
    this.#stopTimer = this.#clock.after(PING_EVERY_MS, () => {
      if (!this.#heard) {
        this.#fail(fault(this.#options, 'stall', `no answer to a ping within ${PING_EVERY_MS} ms`));
        return;
      }
      this.#heard = false;
      this.#socket.ping();
      this.#watch();
    });
  }

  #keepAlive(message: object): void {
    this.#stopKeepAlive = this.#clock.after(KEEP_ALIVE_MS, () => {
      this.#send(message);
      this.#keepAlive(message);
    });
  }

  #fail(error: EndpointError): void {
    const before = this.#state;
    if (before === 'over') return;
    this.#state = 'over';
    this.#stopTimer();
    this.#stopKeepAlive();
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (error.failure === 'aborted' && before === 'ready') this.#sayGoodbye();
    else this.#socket.terminate();
    this.#options.onLost(error);
  }

  #sayGoodbye(): void {
    this.#socket.close(1000);
    this.#socket.once(
      'close',
      this.#clock.after(GOODBYE_MS, () => this.#socket.terminate()),
    );
  }

  #socketError(error: Error): EndpointError {
    const what = { hint: hintFor(error, this.#options), cause: error };
    if (this.#state === 'opening') {
      return fault(this.#options, 'connect', `no connection: ${reasonOf(error)}`, what);
    }
    const brokenFrame = 'code' in error && String(error.code).startsWith('WS_ERR');
    return fault(this.#options, brokenFrame ? 'invalid' : 'stall', `broke off: ${reasonOf(error)}`, what);
  }

  #closed(code: number, reason: string): EndpointError {
    const said = excerpt(reason, this.#options);
    const message = `closed the connection with ${code}${said === '' ? '' : `: ${said}`}`;
    if (this.#state === 'ready') return fault(this.#options, 'stall', message);
    return fault(this.#options, CLIENT_FAULT.test(String(code)) ? 'invalid' : 'connect', message);
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body) {
      text += chunk;
      if (text.length > SAID_BYTES) break;
    }
  } catch {
    // An error's body is only an explanation.
  }
  return text;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
