/**
 * Rooms whose names begin so are for checks of the connection: workers refuse jobs for them, so a check takes no call
 * slot and is counted nowhere as a call.
 */
export const CHECK_ROOM_PREFIX = 'voice-agent-check-';
