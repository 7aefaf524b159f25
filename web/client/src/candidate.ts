/** A candidate as JSON (W3C WebRTC §4.8.1.1): the same shape as the browser's, for programs without a browser's types. */
export interface RTCIceCandidateInit {
  candidate?: string;
  sdpMLineIndex?: number | null;
  sdpMid?: string | null;
  usernameFragment?: string | null;
}
