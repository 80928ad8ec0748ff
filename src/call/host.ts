import type { Room } from '@livekit/rtc-node';

/** How somebody else comes into the room of a call by phone, and who of those in it hears whom. */
export interface Colleagues {
  /**
   * Calls a number into the room, over an outbound trunk of the set-up of phones, and resolves once it was answered.
   *
   * @throws DialRefused, TooMany; what `phone/outbound/sip-result.ts` reads.
   */
  call(identity: string, number: string): Promise<void>;
  /** Gives a participant these tracks, or takes them away. @throws where LiveKit does not do it. */
  setHeard(by: string, tracks: readonly string[], isHeard: boolean): Promise<void>;
  /**
   * Whether keys that a participant presses go out to the room: LiveKit gives them to all in it, and its SIP service plays them on every
   * line. @throws where LiveKit does not do it.
   */
  setKeys(by: string, mayPress: boolean): Promise<void>;
  /** Hangs up on somebody, also while it rings. */
  putOut(identity: string): Promise<void>;
  /** Two are left to each other: from now on the room ends when one of them has left, though the agent is not there. */
  endWithOne(): void;
}

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
   * @param headers - of the REFER, by name.
   * @throws what `phone/outbound/sip-result.ts` reads: the exchange refuses, the number does not answer in time, LiveKit cannot be asked.
   */
  transfer(identity: string, to: string, headers: Readonly<Record<string, string>>): Promise<void>;
  readonly colleagues: Colleagues;
  /** Ends the room for everybody in it: only when nobody but the caller is there. */
  deleteRoom(): Promise<void>;
}
