/** Whether the caller was asked to allow that the call is kept, and what they said; no answer is no. */
export type RecordingState = 'asked' | 'allowed' | 'refused';
