import type { Room } from '@livekit/rtc-node';

/**
 * What a call needs of whatever runs it. Today that is the framework's process per call (`agent.ts`); the code
 * of the call knows nothing else about it.
 */
export interface CallHost {
  /** Not yet connected when the call starts. */
  readonly room: Room;
  /** What the dispatch said, usually JSON `{"prompt": …, "variables": {…}}`. */
  readonly dispatchMetadata: string;
  /** Joins the room. */
  connect(): Promise<void>;
  /** Ends the room for everybody in it: only when nobody but the caller is there. */
  deleteRoom(): Promise<void>;
}
