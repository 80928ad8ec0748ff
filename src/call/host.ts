import type { Room } from '@livekit/rtc-node';

/** What a call needs of whatever runs it. The code of the call knows nothing else about it. */
export interface CallHost {
  /** LiveKit's job id: the call's id in logs, metrics and messages. */
  readonly callId: string;
  /** Not yet connected when the call starts. The call removes its own listeners from it. */
  readonly room: Room;
  /** What the dispatch said, usually JSON `{"prompt": …, "variables": {…}}`. */
  readonly dispatchMetadata: string;
  /** Its attributes: `prompt`, and values of variables. */
  readonly dispatchAttributes: Readonly<Record<string, string>>;
  /** Joins the room. Called once; the call waits for it for 30 s. */
  connect(): Promise<void>;
  /**
   * Leaves the room and frees what rtc-node holds for it. Called once, last of all, also where `connect` failed, has not
   * returned yet (then again when it has), or the server has ended the connection before.
   */
  disconnect(): Promise<void>;
  /**
   * Puts a participant on a phone through to another number by SIP REFER: their own exchange makes the call, and this one ends
   * once it says that it did. They hear a ringing tone meanwhile.
   *
   * @param to - a full number with its `+`, or an extension.
   * @throws what `phone/outbound/sip-result.ts` reads: the exchange refuses, the number does not answer in time, LiveKit cannot be asked.
   */
  transfer(identity: string, to: string): Promise<void>;
  /** Ends the room for everybody in it: only when nobody but the caller is there. */
  deleteRoom(): Promise<void>;
}
