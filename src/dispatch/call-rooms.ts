import type { HostChild, StartHost } from './host-child.ts';
import type { FromHost, ToHost } from './host-messages.ts';

/** Where the running calls of this worker are: heard from what it and its host processes tell each other. */
export class CallRooms {
  readonly #calls = new Map<string, { room: string; host: Pick<HostChild, 'send'> }>();

  /** The name of a call's room; `undefined` of one that does not run here. */
  roomOf(callId: string): string | undefined {
    return this.#calls.get(callId)?.room;
  }

  /** Tells a call that an operator listens from now on. @returns whether it runs here. */
  listened(callId: string): boolean {
    const call = this.#calls.get(callId);
    call?.host.send({ kind: 'listened', jobId: callId });
    return call !== undefined;
  }

  /** The same processes, heard as they work. */
  hear(startHost: StartHost): StartHost {
    return (number) => {
      const host = startHost(number);
      const send = (message: ToHost) => {
        if (message.kind === 'start-call')
          this.#calls.set(message.job.id, { room: message.job.roomName, host });
        host.send(message);
      };
      return {
        ...host,
        send,
        mainThread: () => host.mainThread(),
        onMessage: (hear) => host.onMessage((message) => hear(this.#heard(message, host))),
        onExit: (hear) =>
          host.onExit((how) => {
            for (const [callId, call] of this.#calls) if (call.host === host) this.#calls.delete(callId);
            hear(how);
          }),
      };
    };
  }

  #heard(message: FromHost, from: HostChild): FromHost {
    if (message.kind === 'call-ended' && this.#calls.get(message.jobId)?.host === from)
      this.#calls.delete(message.jobId);
    return message;
  }
}
