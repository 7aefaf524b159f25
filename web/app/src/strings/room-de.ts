// German: what the device preview, the call and its end say.
import type { RoomStrings } from "./room-en.ts";

export const roomDe: RoomStrings = {
  close: "Schließen",
  yourCamera: "Ihre Kamera",
  cameraStarting: "Kamera wird gestartet…",
  cameraIsOff: "Ihre Kamera ist aus",
  microphoneLevel: "Pegel Ihres Mikrofons",
  microphoneIsOff: "Ihr Mikrofon ist aus",
  prejoin: {
    title: "Bereit?",
    joinAs: (name) => `Als ${name} beitreten`,
    nobody: "Sonst ist noch niemand hier.",
    people: (count) => (count === 1 ? "Eine Person ist hier." : `${count} Personen sind hier.`),
    without: "Sie können ohne beitreten.",
    withoutBoth: "Sie können ohne beides beitreten.",
  },
  device: {
    camera: {
      denied: "Ihre Kamera ist gesperrt. Erlauben Sie sie in der Adressleiste des Browsers.",
      missing: "Ihre Kamera wurde nicht gefunden.",
      busy: "Ihre Kamera wird von einem anderen Programm verwendet.",
      unavailable: "Ihre Kamera ist auf dieser Seite nicht verwendbar; dazu braucht es HTTPS.",
      ended: "Ihre Kamera wurde getrennt.",
    },
    microphone: {
      denied: "Ihr Mikrofon ist gesperrt. Erlauben Sie es in der Adressleiste des Browsers.",
      missing: "Ihr Mikrofon wurde nicht gefunden.",
      busy: "Ihr Mikrofon wird von einem anderen Programm verwendet.",
      unavailable: "Ihr Mikrofon ist auf dieser Seite nicht verwendbar; dazu braucht es HTTPS.",
      ended: "Ihr Mikrofon wurde getrennt.",
    },
    both: {
      denied:
        "Ihre Kamera und Ihr Mikrofon sind gesperrt. Erlauben Sie sie in der Adressleiste des Browsers.",
      missing: "Weder Kamera noch Mikrofon wurde gefunden.",
      busy: "Ihre Kamera und Ihr Mikrofon werden von einem anderen Programm verwendet.",
      unavailable: "Kamera und Mikrofon sind auf dieser Seite nicht verwendbar; dazu braucht es HTTPS.",
      ended: "Ihre Kamera und Ihr Mikrofon wurden getrennt.",
    },
  },
  trouble: {
    camera: {
      denied:
        "Ihre Kamera ist gesperrt. Erlauben Sie sie in der Adressleiste des Browsers, dann schalten Sie sie wieder ein.",
      missing: "Ihre Kamera wurde nicht gefunden. Stecken Sie eine an, dann schalten Sie sie wieder ein.",
      busy: "Ihre Kamera wird von einem anderen Programm verwendet. Schließen Sie es, dann schalten Sie sie wieder ein.",
      unavailable: "Ihre Kamera ist auf dieser Seite nicht verwendbar; dazu braucht es HTTPS.",
      ended:
        "Ihre Kamera wurde getrennt. Stecken Sie sie wieder an, oder wählen Sie in den Einstellungen eine andere.",
    },
    microphone: {
      denied:
        "Ihr Mikrofon ist gesperrt. Erlauben Sie es in der Adressleiste des Browsers, dann schalten Sie es wieder ein.",
      missing: "Ihr Mikrofon wurde nicht gefunden. Stecken Sie eines an, dann schalten Sie es wieder ein.",
      busy: "Ihr Mikrofon wird von einem anderen Programm verwendet. Schließen Sie es, dann schalten Sie es wieder ein.",
      unavailable: "Ihr Mikrofon ist auf dieser Seite nicht verwendbar; dazu braucht es HTTPS.",
      ended:
        "Ihr Mikrofon wurde getrennt. Stecken Sie es wieder an, oder wählen Sie in den Einstellungen ein anderes.",
    },
    screenDenied:
      "Ihr Bildschirm wird nicht geteilt. Wenn Sie nicht abgebrochen haben, erlauben Sie diesem Browser in den Systemeinstellungen die Bildschirmaufnahme.",
    screen: "Auf diesem Gerät lässt sich der Bildschirm nicht teilen.",
    dismiss: "Verstanden",
  },
  devices: {
    microphone: "Mikrofon",
    camera: "Kamera",
    speaker: "Lautsprecher",
    standard: "Standard",
    test: "Probe",
    number: (label, number) => `${label} ${number}`,
  },
  controls: {
    title: "Gesprächssteuerung",
    mute: "Stummschalten",
    unmute: "Stummschaltung aufheben",
    cameraOff: "Kamera ausschalten",
    cameraOn: "Kamera einschalten",
    share: "Bildschirm teilen",
    stopSharing: "Bildschirm nicht mehr teilen",
    openChat: "Chat öffnen",
    closeChat: "Chat schließen",
    unread: (label, count) => `${label}, ${count} ungelesen`,
    settings: "Einstellungen",
    leave: "Gespräch verlassen",
    leaveTitle: "Verlassen",
    react: "Hand und Reaktionen",
  },
  bar: {
    sharing: "Sie teilen Ihren Bildschirm",
    stop: "Beenden",
    whoIsHere: "Wer ist hier",
    inTheRoom: "im Raum",
    fullScreen: "Vollbild",
    endFullScreen: "Vollbild beenden",
  },
  banner: {
    reconnecting: "Die Verbindung zum Dienst wird wiederhergestellt… Ihr Gespräch geht weiter.",
    crowded:
      "Der Raum ist inzwischen voll. Ihr Gespräch geht weiter; Sie sind wieder dabei, sobald ein Platz frei ist.",
    tryNow: "Jetzt versuchen",
    muted: "Der Browser hat diese Seite stummgeschaltet.",
    soundOn: "Ton einschalten",
    degraded: "Der Dienst ist teilweise nicht verfügbar. Ihr Gespräch geht weiter.",
  },
  tile: {
    you: (name) => `${name} (Sie)`,
    muted: "stumm",
    cameraOf: (name) => `Kamera von ${name}`,
    screenOf: (name) => `Bildschirm von ${name}`,
    otherCamera: (name) => `${name}, weitere Kamera`,
    otherMicrophone: (name) => `${name}, weiteres Mikrofon`,
    named: (name, what) => `${name}, ${what}`,
    pin: "Anheften",
    unpin: "Lösen",
    pinOf: (name) => `${name} anheften`,
    unpinOf: (name) => `${name} lösen`,
    fullScreenOf: (name) => `${name} im Vollbild`,
    pictureInPictureOf: (name) => `${name} in eigenem Fenster`,
    hand: "meldet sich",
    alone: "Sie sind allein hier",
    aloneText: "Teilen Sie den Link, um andere einzuladen.",
  },
  words: {
    connecting: "Verbindet…",
    reconnecting: "Verbindet neu…",
    away: "Verbindet neu mit dem Dienst…",
    weak: "Schwache Verbindung",
    causes: {
      no_answer: (name) => `Der Browser von ${name} antwortet nicht.`,
      no_path: (name) => `Zu ${name} gibt es noch keinen Weg durchs Netz.`,
      no_keys: (name) => `${name} ist erreicht, aber die verschlüsselte Verbindung kommt nicht zustande.`,
    },
    stages: {
      slow: "Neuer Versuch…",
      relay: "Versuch über ein Relais…",
      unreachable:
        "Ihr Netz oder das der anderen Seite sperrt wohl Gespräche. Versuchen Sie ein anderes Netz, etwa das eines Telefons, oder bitten Sie die andere Seite, die Seite neu zu laden.",
    },
    unsent: {
      microphone: (name) => `Das Programm von ${name} gibt Ihre Stimme nicht wieder`,
      camera: (name) => `Das Programm von ${name} zeigt Ihre Kamera nicht`,
      screen: (name) => `Das Programm von ${name} zeigt Ihren Bildschirm nicht`,
    },
  },
  people: {
    title: "Personen",
    close: "Liste der Personen schließen",
    sharesScreen: "teilt den Bildschirm",
    muted: "stumm",
    cameraOff: "Kamera aus",
    hand: "meldet sich",
  },
  reactions: {
    raise: "Hand heben",
    lower: "Hand senken",
    raised: (name) => `${name} meldet sich`,
    reacted: (name, reaction) => `${name}: ${reaction}`,
    names: { "👍": "Daumen hoch", "👏": "Beifall", "❤️": "Herz", "😂": "Lachen", "🎉": "Feier" },
  },
  chat: {
    title: "Chat",
    close: "Chat schließen",
    empty: "Noch keine Nachrichten. Alle im Raum sehen, was Sie schreiben.",
    messages: "Nachrichten",
    loading: "Nachrichten werden geladen…",
    notLoaded: "Frühere Nachrichten waren nicht zu laden.",
    older: "Ältere Nachrichten zeigen",
    you: "Sie",
    former: "Frühere Teilnehmerin oder früherer Teilnehmer",
    someone: "Jemand",
    notSent: "Nicht gesendet. Noch einmal versuchen",
    remove: "Löschen",
    removeSure: "Aus dem Verlauf löschen? Wer sie gelesen hat, behält sie, bis die Seite neu geladen wird.",
    keep: "Behalten",
    notRemoved: (why) => `Nicht gelöscht. ${why}`,
    message: "Nachricht an alle",
    send: "Senden",
  },
  notices: {
    came: (name) => `${name} ist da`,
    left: (name) => `${name} ist gegangen`,
    said: (name, text) => `${name}: ${text}`,
    linkCopied: "Link kopiert",
  },
  settings: {
    title: "Einstellungen",
    sounds: "Ton, wenn jemand kommt oder geht",
    shortcuts: "Einzelne Tasten als Kürzel",
    keys: {
      mute: "Stumm oder nicht",
      camera: "Kamera an oder aus",
      screen: "Bildschirm teilen oder nicht",
      chat: "Chat öffnen oder schließen",
      people: "Liste der Personen öffnen oder schließen",
      hand: "Hand heben oder senken",
      link: "Link kopieren",
    },
  },
  leave: {
    title: "Gespräch verlassen?",
    others: (count) =>
      count === 1
        ? "Eine weitere Person ist hier. Der Raum bleibt offen."
        : `${count} weitere Personen sind hier. Der Raum bleibt offen.`,
    stay: "Bleiben",
    leave: "Verlassen",
  },
  callIn: (room) => `Gespräch im Raum ${room}`,
  unreadTitle: (count, title) => `(${count}) ${title}`,
  endings: {
    left: {
      title: "Sie haben das Gespräch verlassen",
      text: "Der Raum ist noch offen. Sie können wieder beitreten.",
    },
    replaced: {
      title: "Sie sind aus einem anderen Tab oder Gerät beigetreten",
      text: "Das Gespräch geht dort weiter. In einem Raum kann man nur einmal zugleich sein.",
    },
    room_full: {
      title: "Dieser Raum ist voll",
      text: "Mehr Personen haben keinen Platz. Versuchen Sie es wieder, wenn jemand gegangen ist, oder bitten Sie den Gastgeber um mehr Plätze.",
    },
    room_not_found: {
      title: "Raum nicht gefunden",
      text: "Vielleicht ist der Link verschrieben, oder der Raum wurde gelöscht.",
    },
    room_closed: {
      title: "Dieser Raum ist geschlossen",
      text: "Der Gastgeber hat ihn für alle geschlossen.",
    },
    forbidden: {
      title: "Sie können diesem Raum nicht beitreten",
      text: "Der Gastgeber hat Sie entfernt, oder Ihr Konto darf nicht beitreten.",
    },
    auth: { title: "Ihre Sitzung ist abgelaufen", text: "Melden Sie sich neu an, um zurückzukehren." },
    protocol: {
      title: "Etwas ist schiefgegangen",
      text: "Diese Seite und der Server passen nicht zusammen. Laden Sie die Seite neu.",
    },
    unreachable: {
      title: "Die Verbindung war nicht wiederherzustellen",
      text: "Der Server antwortet seit mehreren Minuten nicht. Prüfen Sie Ihre Verbindung, dann treten Sie wieder bei.",
    },
  },
  again: {
    join: "Wieder beitreten",
    here: "Hier fortsetzen",
    try: "Noch einmal versuchen",
    signIn: "Neu anmelden",
  },
};
