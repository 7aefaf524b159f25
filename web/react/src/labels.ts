/** Every text of the components, to be replaced by an application in its own language. */
export interface Labels {
  you(name: string): string;
  muted: string;
  connecting: string;
  reconnecting: string;
  away: string;
  cameraOf(name: string): string;
  screenOf(name: string): string;
  controls: string;
  mute: string;
  unmute: string;
  cameraOff: string;
  cameraOn: string;
  share: string;
  stopSharing: string;
  leave: string;
  soundOn: string;
}

export const ENGLISH: Labels = {
  you: (name) => `${name} (you)`,
  muted: "muted",
  connecting: "Connecting…",
  reconnecting: "Reconnecting…",
  away: "Reconnecting to the service…",
  cameraOf: (name) => `${name}'s camera`,
  screenOf: (name) => `${name}'s screen`,
  controls: "Call controls",
  mute: "Mute",
  unmute: "Unmute",
  cameraOff: "Turn camera off",
  cameraOn: "Turn camera on",
  share: "Share screen",
  stopSharing: "Stop sharing",
  leave: "Leave",
  soundOn: "Turn sound on",
};
