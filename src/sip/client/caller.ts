import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { AppError, messageOf } from '../../errors.ts';
import { type Dialog, dialogOf, type Target } from './dialog.ts';
import { headerOf, parseMessage, requestText, responseText, type SipMessage } from './message.ts';
import { openRtp, type RtpLeg } from './rtp.ts';
import { type AudioAnswer, g711Sdp, readAudio } from './sdp.ts';

/** RFC 3261 §17: a request over UDP is sent again after 0.5 s, 1 s, 2 s, 4 s …, as long as nothing comes. */
const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 4000;

export interface CallerOptions {
  /** Of the SIP service. */
  host: string;
  port: number;
  /** User of From: a number such as `+60312345678`. */
  from: string;
  /** Address of this machine to call from; default the one on the way there. */
  localAddress?: string;
  /** Given what is heard, as it comes: mono, 16-bit, 8 kHz. */
  onSound?: (samples: Int16Array) => void;
  signal: AbortSignal;
}

/** A telephone for one call over UDP, without registration and without digest. */
export interface Caller {
  /** Address of this machine on the way there. */
  address: string;
  options(): Promise<SipMessage>;
  /**
   * Calls a number and waits for its final answer.
   *
   * @throws AppError when nothing answers.
   */
  call(to: string): Promise<CallAnswer>;
  close(): void;
}

export interface CallAnswer {
  /** Final; the provisional ones before it, in their order. */
  status: number;
  reason: string;
  provisional: readonly number[];
  /** With 200. */
  audio?: AudioAnswer;
  rtp: RtpLeg;
  /** Whether the other end has hung up. */
  isOver(): boolean;
  hangUp(): Promise<void>;
}

/** @throws AppError when there is no way there. */
export async function openCaller(options: CallerOptions): Promise<Caller> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, options.localAddress, () => socket.connect(options.port, options.host, resolve));
    });
  } catch (cause) {
    socket.close();
    throw new AppError(`${options.host}:${options.port}: ${messageOf(cause)}`, { cause });
  }
  socket.removeAllListeners('error');
  return new UdpCaller(socket, options);
}

class UdpCaller implements Caller {
  readonly address: string;
  readonly #socket: Socket;
  readonly #options: CallerOptions;
  readonly #port: number;
  readonly #tag = randomBytes(6).toString('hex');
  readonly #callId = randomBytes(12).toString('hex');
  readonly #arrived = new EventEmitter();
  #sequence = 0;
  #isOver = false;
  #sdp = '';
  /** While none is set the socket is connected, and hears of a port that refuses; then it hears everybody. */
  #target: Target | undefined;

  constructor(socket: Socket, options: CallerOptions) {
    const { address, port } = socket.address() as AddressInfo;
    this.address = address;
    this.#port = port;
    this.#socket = socket;
    this.#options = options;
    socket.on('error', (error) => this.#arrived.emit('failed', error));
    socket.on('message', (bytes: Buffer, { address: host, port }) => this.#take(bytes, { host, port }));
  }

  async options(): Promise<SipMessage> {
    const uri = `sip:${this.#options.host}:${this.#options.port}`;
    return this.#ask('OPTIONS', uri, this.#headers(`<${uri}>`));
  }

  async call(to: string): Promise<CallAnswer> {
    const { host, port } = this.#options;
    // A call's later requests may come from another address than its first went to: a Service's pod.
    if (!this.#target) this.#socket.disconnect();
    this.#target ??= { host, port };
    const rtp = await openRtp(this.address, this.#options.onSound);
    this.#sdp = g711Sdp(this.address, rtp.port);
    const uri = `sip:${to}@${host}:${port}`;
    const provisional: number[] = [];
    const headers: [string, string][] = [...this.#headers(`<${uri}>`), ['Content-Type', 'application/sdp']];
    let sequence = 0;
    try {
      const asked = this.#ask('INVITE', uri, headers, this.#sdp, provisional);
      sequence = this.#sequence;
      const final = await asked;
      const dialog = dialogOf(final, uri);
      if (final.status < 300) this.#target = dialog.target ?? this.#target;
      this.#acknowledge(dialog, sequence, final.status < 300 ? undefined : headers);
      const audio = final.status < 300 ? readAudio(final.body) : undefined;
      if (audio) rtp.sendTo(audio);
      const { status, reason } = final;
      return {
        ...{ status, reason, provisional, rtp, ...(audio && { audio }) },
        isOver: () => this.#isOver,
        hangUp: () => this.#hangUp(dialog, rtp, status),
      };
    } catch (error) {
      rtp.close();
      if (provisional.length > 0) this.#send('CANCEL', uri, headers, sequence);
      throw error;
    }
  }

  close(): void {
    this.#socket.close();
  }

  async #hangUp(dialog: Dialog, rtp: RtpLeg, status: number): Promise<void> {
    rtp.close();
    if (this.#isOver || status >= 300) return;
    await this.#ask('BYE', dialog.uri, [...this.#headers(dialog.to), ...dialog.routes]);
    this.#isOver = true;
  }

  /** To a 2xx with a transaction of its own, to others in that of the INVITE. */
  #acknowledge(dialog: Dialog, sequence: number, ofInvite: [string, string][] | undefined): void {
    const send = () => {
      const headers = ofInvite?.filter(([name]) => name !== 'To' && name !== 'Content-Type');
      this.#send(
        'ACK',
        dialog.uri,
        headers ? [...headers, ['To', dialog.to]] : [...this.#headers(dialog.to), ...dialog.routes],
        sequence,
      );
    };
    send();
    // Sent again, it was lost on its way.
    this.#arrived.on(`final ${sequence} INVITE`, send);
  }

  #headers(to: string): [string, string][] {
    const { from } = this.#options;
    const us = `${this.address}:${this.#port}`;
    return [
      ['Via', `SIP/2.0/UDP ${us};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`],
      ['Max-Forwards', '70'],
      ['From', `<sip:${from}@${this.address}>;tag=${this.#tag}`],
      ['To', to],
      ['Call-ID', this.#callId],
      ['Contact', `<sip:${from}@${us}>`],
      ['User-Agent', 'voice-agent check'],
    ];
  }

  #send(method: string, uri: string, headers: [string, string][], sequence: number, body = ''): void {
    const all: [string, string][] = [...headers, ['CSeq', `${sequence} ${method}`]];
    this.#sendTo(this.#target, requestText(method, uri, all, body));
  }

  #sendTo(to: Target | undefined, bytes: Buffer): void {
    if (to) this.#socket.send(bytes, to.port, to.host);
    else this.#socket.send(bytes);
  }

  /** Asks until a final answer comes; those before it are kept, and end the asking again. */
  async #ask(
    method: string,
    uri: string,
    headers: [string, string][],
    body = '',
    provisional: number[] = [],
  ): Promise<SipMessage> {
    const sequence = ++this.#sequence;
    const id = `${sequence} ${method}`;
    let retryMs = FIRST_RETRY_MS;
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      this.#send(method, uri, headers, sequence, body);
      timer = setTimeout(send, retryMs);
      retryMs = Math.min(2 * retryMs, MOST_RETRY_MS);
    };
    const heed = (message: SipMessage) => {
      clearTimeout(timer);
      provisional.push(message.status);
    };
    const { signal } = this.#options;
    this.#arrived.on(`provisional ${id}`, heed);
    const stop = new AbortController();
    try {
      const failed = once(this.#arrived, 'failed', { signal: stop.signal }).then(([error]) => {
        throw new AppError(messageOf(error), { cause: error });
      });
      const answered = once(this.#arrived, `final ${id}`, { signal: AbortSignal.any([signal, stop.signal]) });
      send();
      const [message] = await Promise.race([answered, failed]);
      return message;
    } finally {
      clearTimeout(timer);
      stop.abort();
      this.#arrived.off(`provisional ${id}`, heed);
    }
  }

  #take(bytes: Buffer, from: Target): void {
    let message: SipMessage;
    try {
      message = parseMessage(bytes);
    } catch (error) {
      this.#arrived.emit('failed', error);
      return;
    }
    if (headerOf(message, 'call-id') !== this.#callId) return;
    if (message.status > 0) {
      const kind = message.status < 200 ? 'provisional' : 'final';
      this.#arrived.emit(`${kind} ${headerOf(message, 'cseq').replace(/\s+/, ' ')}`, message);
      return;
    }
    if (message.reason === 'ACK') return;
    if (message.reason === 'BYE') this.#isOver = true;
    const contact = `contact: <sip:${this.address}:${this.#port}>\r\ncontent-type: application/sdp\r\n`;
    const isInvite = message.reason === 'INVITE';
    const answer = responseText(message, '200 OK', isInvite ? contact : '', isInvite ? this.#sdp : '');
    this.#sendTo(this.#target && from, answer);
  }
}
