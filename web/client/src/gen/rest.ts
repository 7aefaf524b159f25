// Generated from docs/openapi.json by `npm run rest` in web/. Do not edit.
/* The shapes of requests and answers, by their names in the document. */

export interface components {
    schemas: {
        /** A user, as shown to themselves. */
        Account: {
            /**
             * The address they log in with.
             * @example ann@example.org
             */
            email: string;
            /**
             * Format: uuid
             * The id other participants see.
             */
            id: string;
            /**
             * The name shown to others.
             * @example Ann
             */
            name: string;
        };
        /** Liveness. */
        Alive: {
            /** `up`, or `stuck`: the tasks of the process no longer run. */
            status: string;
        };
        /** The host's answer to a guest. */
        Answer: {
            /** Whether they are let in. */
            admit: boolean;
        };
        /** The host's answer to all who wait. */
        AnswerAll: {
            /** Whether all are let in; `false`: nobody is, and all are told so. */
            admitAll: boolean;
        };
        /** How accounts are made and recovered here, and how large rooms may be. */
        AuthSettings: {
            /** Whether there are accounts; without them, nobody can sign up or log in, and people come with tokens from elsewhere. */
            accounts: boolean;
            /** Whether mails are sent, so that a forgotten password can be replaced. */
            passwordReset: boolean;
            /**
             * Format: int32
             * The most participants of a room of mode `sfu` or `auto`; absent where there is no media server, and no such room.
             * @example 100
             */
            sfuParticipantsMax?: number;
            /** Who may sign up: anybody, whoever has an invite, or nobody. */
            signup: components["schemas"]["SignupMode"];
            /** Whether an account can be used only after its owner has opened a link in a mail: sign-up then answers 202. */
            verifyEmail: boolean;
        };
        /** Somebody who may not come back. */
        BanBody: {
            /** The name that they had; empty if it was not known. */
            name: string;
            /**
             * Format: date-time
             * Since when.
             */
            since: string;
            /** Their id. */
            userId: string;
        };
        /** Who may not come back, the first one banned first. */
        BanList: {
            bans: components["schemas"]["BanBody"][];
        };
        /** One end of a path: never its address. */
        CandidateBody: {
            /**
             * The family of its address.
             * @example ipv4
             */
            family?: string;
            /**
             * What carries the media; at a relay, from the browser to it.
             * @example udp
             */
            protocol?: string;
            /**
             * How it was found.
             * @example relay
             */
            type: string;
        };
        /** A request to change one's password. */
        ChangePassword: {
            /**
             * Format: password
             * The new one: 8 to 128 characters, not a common one.
             */
            newPassword: string;
            /**
             * Format: password
             * The current password.
             */
            password: string;
        };
        /** A change by the host; absent fields stay unchanged. */
        ChangeRoom: {
            /**
             * Whether it may be joined; `false` also disconnects its members.
             * @default null
             */
            active?: boolean | null;
            /**
             * Whether people without an account may join.
             * @default null
             * @example yes
             */
            guests?: string | null;
            /**
             * Whether nobody new may join, but the host. Who lost the connection comes back as long as their seat is kept.
             * @default null
             */
            locked?: boolean | null;
            /**
             * Format: int32
             * Maximum number of participants. A lower number disconnects nobody. In the mode `mesh` at most 8, unless the operator
             *     allows more or the room has more already.
             * @default null
             * @example 8
             */
            maxParticipants?: number | null;
            /**
             * What it is called.
             * @default null
             * @example Weekly meeting
             */
            name?: string | null;
            /**
             * Format: int32
             * How long the seat of a disconnected participant is kept, in seconds.
             * @default null
             * @example 30
             */
            seatWindowSeconds?: number | null;
        };
        /** The result of a check. */
        CheckResult: {
            /**
             * Format: int64
             * How long it took, in milliseconds.
             */
            ms: number;
            /** Whether it passed. */
            ok: boolean;
            /** Why it failed. */
            problem?: string;
        };
        /**
         * Why a request was refused: stable, for programs.
         * @enum {string}
         */
        Code: "bad_request" | "bad_handshake" | "two_tokens" | "token_in_query" | "malformed_body" | "auth_required" | "auth_invalid" | "token_expired" | "credentials_invalid" | "refresh_invalid" | "forbidden" | "origin_not_allowed" | "account_disabled" | "signup_closed" | "invite_required" | "invite_invalid" | "guests_not_allowed" | "room_locked" | "refused" | "banned" | "not_host" | "email_unverified" | "link_invalid" | "password_wrong" | "not_found" | "accounts_off" | "room_not_found" | "waiting_gone" | "message_not_found" | "session_not_found" | "invite_not_found" | "api_key_not_found" | "webhook_not_found" | "timeline_off" | "user_not_found" | "method_not_allowed" | "misdirected_request" | "request_timeout" | "email_taken" | "too_many_invites" | "idempotency_conflict" | "too_many_api_keys" | "webhook_waits" | "too_many_rooms" | "room_closed" | "room_full" | "waiting_room_full" | "too_many_bans" | "payload_too_large" | "unsupported_media_type" | "invalid_body" | "upgrade_required" | "too_many_connections" | "rate_limited" | "internal" | "unavailable";
        /** A request for a room. All fields are optional. */
        CreateRoom: {
            /**
             * Whether people without an account may join; default `no`.
             * @default null
             * @example no
             */
            guests?: string | null;
            /**
             * Format: int32
             * Maximum number of participants; default 4. In the mode `mesh` at most 8, unless the operator allows more.
             * @default null
             * @example 4
             */
            maxParticipants?: number | null;
            /**
             * How media flows; default `mesh`. `auto`: between the browsers of two, through a media server from three members on.
             * @default null
             * @example mesh
             */
            mode?: string | null;
            /**
             * What it is called; default: nothing.
             * @default null
             * @example Weekly meeting
             */
            name?: string | null;
            /**
             * Format: int32
             * How long the seat of a disconnected participant is kept, in seconds; default 5.
             * @default null
             * @example 5
             */
            seatWindowSeconds?: number | null;
        };
        /** A backend's request for a room. All fields are optional. */
        CreateRoomFor: {
            /**
             * Whether people without an account may join; default `no`.
             * @default null
             * @example no
             */
            guests?: string | null;
            /**
             * Its host, who may change and delete it with a token of theirs: any user id; default: the `sub` of the request's token. An operator names one.
             * @default null
             * @example auth0|5f7c8ec7c33c6c004bbafe82
             */
            hostId?: string | null;
            /**
             * Format: int32
             * Maximum number of participants; default 4. In the mode `mesh` at most 8, unless the operator allows more.
             * @default null
             * @example 4
             */
            maxParticipants?: number | null;
            /**
             * How media flows; default `mesh`. `auto`: between the browsers of two, through a media server from three members on.
             * @default null
             * @example mesh
             */
            mode?: string | null;
            /**
             * What it is called; default: nothing.
             * @default null
             * @example Weekly meeting
             */
            name?: string | null;
            /**
             * Format: int32
             * How long the seat of a disconnected participant is kept, in seconds; default 5.
             * @default null
             * @example 5
             */
            seatWindowSeconds?: number | null;
        };
        /** A request to delete one's account. */
        DeleteAccount: {
            /**
             * Format: password
             * The password of the account.
             */
            password: string;
        };
        /** Readiness with details of the node. */
        Detail: components["schemas"]["Report"] & {
            /** This node. */
            nodeId: string;
            /**
             * Format: int64
             * Uptime in seconds.
             */
            uptimeSeconds: number;
            /** The version of Aldis. */
            version: string;
        };
        /** A browser that is known from a login. */
        DeviceBody: {
            /**
             * Format: date-time
             * When it is forgotten unless it logs in.
             */
            expiresAt: string;
        };
        /** A device that is of no use. */
        DeviceReport: {
            /**
             * Which.
             * @example camera
             */
            device: string;
            /**
             * Why.
             * @example busy
             */
            trouble: string;
        };
        /** Something that happened in a room. */
        EventBody: {
            /** The particulars. */
            data: components["schemas"]["EventData"];
            /**
             * Format: date-time
             * When.
             * @example 2026-11-29T12:00:00.25Z
             */
            timestamp: string;
            /**
             * What happened: `room.started`, `room.ended`, `participant.joined`, `participant.left`, `participant.disconnected` (their seat is
             *     kept for a while) or `participant.resumed`. In timelines also what changed nobody's seat: `room.changed`, `join.refused`, `resume.failed`, `message.refused`,
             *     `negotiation.offered` and `negotiation.answered`; and what members' programs report: `media.connected`, `media.recovered`,
             *     `media.failed`, `media.ended` and `device.failed`.
             * @example participant.left
             */
            type: string;
        };
        /** What belongs to an event. */
        EventData: {
            /**
             * Of a refusal, its code.
             * @example room_full
             */
            code?: string;
            /** Of `device.failed`: `microphone`, `camera` or `screen`. */
            device?: string;
            /**
             * Of `media.…` through a media server, which of the reporter's two connections to it: `send` or `recv`.
             * @example recv
             */
            direction?: string;
            /**
             * Format: int64
             * Of a description, the `rev` of its sender,
             */
            from?: number;
            /**
             * and whether people without an account may: `yes`, `ask` or `no`.
             * @example ask
             */
            guests?: string;
            /** Of `room.changed`, the host, */
            hostId?: string;
            /**
             * Format: int64
             * The life of the room, from its first participant to its last; a later one is greater.
             */
            life?: number;
            /**
             * The reporter's end of the path: type, transport and family of the address.
             * @example relay udp ipv4
             */
            local?: string;
            /** whether nobody new may join, */
            locked?: boolean;
            /**
             * Format: int32
             * Packets of a thousand that did not arrive.
             */
            lostPerMille?: number;
            /** Of `participant.joined`, their name. */
            name?: string;
            /** The node of their socket. */
            node?: string;
            /**
             * Format: int64
             * The event's number in that life: 1, 2, 3 … without gaps. What changed nobody's seat has none.
             * @example 4
             */
            number?: number;
            /** Of `media.…`, the other member. */
            peerId?: string;
            /**
             * Of `participant.left`, why: `left`, `lost` (they did not come back in time), `replaced` (they joined from elsewhere), `kicked` or
             *     `closed`. Of `resume.failed`: `seat_gone`, `gap`, `bad_token` or `room_closed`.
             * @example lost
             */
            reason?: string;
            /**
             * Of `room.started`, when it is true: the life begins with those who were there already, because what was known of the room was
             *     lost; they are told as `participant.resumed`.
             */
            recovered?: boolean;
            /**
             * The other end.
             * @example host udp ipv4
             */
            remote?: string;
            /**
             * Format: int64
             * Their seat: its place in the order of joins.
             */
            rev?: number;
            /**
             * The room.
             * @example abc-defg-hij
             */
            roomId: string;
            /**
             * Format: int32
             * The last round trip, in milliseconds.
             */
            rttMs?: number;
            /**
             * Format: int32
             * How long connecting or the interruption took; of `media.ended`, how long the media was connected.
             */
            seconds?: number;
            /**
             * Format: int64
             * and of its receiver.
             */
            to?: number;
            /**
             * Of `…failed`, why: `no_answer`, `no_path`, `no_keys` or `interrupted`; of a device `denied`, `missing`, `busy`, `unavailable` or
             *     `ended`.
             * @example no_path
             */
            trouble?: string;
            /** Whose event it is: the `sub` of their token. */
            userId?: string;
        };
        /** Everything that is stored about an account. */
        Export: {
            /** The account. */
            account: components["schemas"]["Account"];
            /**
             * Format: date-time
             * When it was made.
             */
            createdAt: string;
            /** Browsers that are known from a login, and until when; the last used first. */
            devices: components["schemas"]["DeviceBody"][];
            /** Its sessions. */
            sessions: components["schemas"]["SessionBody"][];
            /**
             * Format: date-time
             * When its owner proved that the address is theirs; absent if they did not.
             */
            verifiedAt?: string;
        } & {
            /** The chat messages it wrote, in whatever room, newest first. */
            messages: components["schemas"]["WrittenBody"][];
            /** The rooms it hosts, newest first. */
            rooms: components["schemas"]["RoomBody"][];
        };
        /** An invalid field of a request, and why. */
        FieldError: {
            /**
             * The field's path, e.g. `email` or `rooms[0].name`.
             * @example email
             */
            field: string;
            /**
             * What is wrong and what would be valid.
             * @example is not an e-mail address, like ann@example.org
             */
            message: string;
        };
        /** A request for a mail with a link to set a new password. */
        ForgotPassword: {
            /**
             * The address of the account.
             * @example ann@example.org
             */
            email: string;
        };
        /** A guest. */
        Guest: {
            /** Their id in the room. */
            id: string;
            /** Their name. */
            name: string;
        };
        /**
         * Whether people without an account may join a room.
         * @enum {string}
         */
        Guests: "yes" | "ask" | "no";
        /** A guest's token. */
        GuestToken: {
            /**
             * For this room only; renew it by the same request, with it as `Authorization: Bearer`: before it expires, or, after a sleep, up
             *     to twelve hours later. Nothing else takes an expired token.
             */
            accessToken: string;
            /**
             * Format: int64
             * Seconds until it expires.
             * @example 900
             */
            expiresIn: number;
            /** The guest. */
            user: components["schemas"]["Guest"];
        };
        /** One entry of `RTCConfiguration.iceServers`. */
        IceServer: {
            /** TURN only: base64 of HMAC-SHA1(secret, username). */
            credential?: string;
            /**
             * The server's urls.
             * @example [
             *       "turn:turn.example.org:3478?transport=udp"
             *     ]
             */
            urls: string[];
            /** TURN only: `<expiry, unix seconds>:<userId>`. */
            username?: string;
        };
        /** ICE servers and the lifetime of their credentials. */
        IceServers: {
            /** STUN first, then TURN; may be empty. */
            iceServers: components["schemas"]["IceServer"][];
            /**
             * Format: int64
             * Seconds during which the credentials can be used for new allocations.
             * @example 3600
             */
            ttlSeconds: number;
        };
        /** A public key of RSA, which verifies RS256 (RFC 7517, RFC 7518 §6.3). */
        Jwk: {
            /**
             * The algorithm.
             * @example RS256
             */
            alg: string;
            /**
             * The exponent, in base64url.
             * @example AQAB
             */
            e: string;
            /** Its RFC 7638 thumbprint, which a token's header names. */
            kid: string;
            /**
             * The kind of key.
             * @example RSA
             */
            kty: string;
            /** The modulus, in base64url. */
            n: string;
            /**
             * What it is for.
             * @example sig
             */
            use: string;
        };
        /** A set of public keys (RFC 7517). */
        JwkSet: {
            /** The first signs; the others will sign, or still verify. */
            keys: components["schemas"]["Jwk"][];
        };
        /** A new login session. */
        LetIn: {
            /** An RS256 JSON Web Token; also set as the cookie `access_token`. */
            accessToken: string;
            /**
             * Format: int64
             * Its lifetime in seconds.
             * @example 900
             */
            expiresIn: number;
            /** Exchanged once for new tokens; only if requested, else it is the cookie `refresh_token`. */
            refreshToken?: string;
            /** Its owner. */
            user: components["schemas"]["Account"];
        };
        /** A request to log in. */
        Login: {
            /**
             * The address of the account.
             * @example ann@example.org
             */
            email: string;
            /**
             * Format: password
             * Its password.
             * @example correct horse battery staple
             */
            password: string;
        };
        /** What happens next; the same for every address. */
        Mailed: {
            /**
             * For people.
             * @example If an account has this address, a mail with a link is on its way to it.
             */
            detail: string;
        };
        /** What became of the connection to one member (`userId`), or of one to the room's media server (`direction`). */
        MediaBody: {
            /**
             * In rooms with a media server instead: which way the connection to it carries media.
             * @example recv
             */
            direction?: string;
            /** The candidate at this end of the path. */
            local?: components["schemas"]["CandidateBody"];
            /**
             * Format: int32
             * Packets of a thousand that did not arrive.
             * @example 4
             */
            lostPerMille?: number | null;
            /** The one at the other end. */
            remote?: components["schemas"]["CandidateBody"];
            /**
             * Format: int32
             * The last round trip, in milliseconds.
             * @example 31
             */
            rttMs?: number | null;
            /**
             * Format: int32
             * How long connecting, or the interruption, took; of `ended`, how long it was connected.
             * @example 2
             */
            seconds?: number | null;
            /**
             * `connected`: media flows for the first time; `recovered`: it flows again; `failed`: it does not; `ended`: one of them has left, or media flows otherwise.
             * @example failed
             */
            state: string;
            /**
             * Why it failed.
             * @example no_path
             */
            trouble?: string;
            /** The other member. */
            userId?: string;
        };
        /** A chat message. */
        MessageBody: {
            /** The text. */
            content: string;
            /**
             * Its id, the same as on the socket: `<sessionId>-<cid>` if its sender numbered it. Unique in the room.
             * @example 0d7f6b52-5a4e-4c0c-8f0e-2f6a2d3f8e11-7
             */
            id: string;
            /** Its sender; null if they have no account any more. */
            senderId?: string | null;
            /** The sender's name at that time. */
            senderName: string;
            /**
             * Format: int64
             * The server's time in milliseconds since the Unix epoch, as the members were told.
             * @example 1800000000000
             */
            timestamp: number;
        };
        /** A page of messages, oldest first. */
        MessageList: {
            /**
             * False if messages are missing between these, just before the oldest of them, or after the newest: too much was said while the
             *     database was away.
             */
            complete: boolean;
            /** The messages, in the order in which the members heard them. */
            messages: components["schemas"]["MessageBody"][];
            /** `before` of the page with older messages, if there is one. */
            nextCursor?: string;
        };
        /**
         * How media flows in a room.
         * @enum {string}
         */
        Mode: "mesh" | "sfu" | "auto";
        /** Where somebody is moved to. */
        MoveParticipant: {
            /**
             * The room that they are to join. It must admit them.
             * @example abc-defg-hij
             */
            to: string;
        };
        /** What somebody is asked to switch off. */
        MuteParticipant: {
            /**
             * `audio` or `video`.
             * @example audio
             */
            kind: string;
        };
        /** A guest's wish. */
        NewGuest: {
            /**
             * The name that others see.
             * @example Ann
             */
            name: string;
        };
        /** The new host. */
        NewHost: {
            /**
             * Who is in the room.
             * @example 3f2b8c1e-0d4a-4c57-9a51-7be0c8f4d210
             */
            userId: string;
        };
        /** Somebody who is in a room. */
        Participant: {
            /** Whether they are connected; if not, their seat is kept for a while. */
            connected: boolean;
            /** Whether others are not told of them; left out if they are. */
            hidden?: boolean;
            /** Their name. */
            name: string;
            /**
             * Format: int64
             * Their place in the order of joins: it rises, and names their seat.
             */
            rev: number;
            /** Their id: the `sub` of their token. */
            userId: string;
        };
        /** Who is in a room, in the order of joins. */
        ParticipantList: {
            participants: components["schemas"]["Participant"][];
        };
        /** The body of an error response (RFC 9457). */
        Problem: {
            /** The code for programs. */
            code: components["schemas"]["Code"];
            /** What happened in this request, and what to do. */
            detail: string;
            /** The fields concerned. */
            errors?: components["schemas"]["FieldError"][];
            /** This request's id, as in the logs. */
            requestId: string;
            /**
             * Format: int64
             * When to retry, in milliseconds: finer than the header `Retry-After`.
             * @example 1500
             */
            retryAfterMs?: number;
            /**
             * Format: int32
             * The HTTP status.
             */
            status: number;
            /** A summary of the code, for people. */
            title: string;
            /**
             * The code as a URN.
             * @example urn:aldis:problem:invalid_body
             */
            type: string;
        };
        /** A refresh token sent by a client without cookies. */
        RefreshBody: {
            /**
             * The token of the last response.
             * @example mJH3vC6oB1oqk0n2J0mXlQe7gqkLxY5cYbT0uVwZ8aA
             */
            refreshToken: string;
        };
        /** How somebody is removed. All fields are optional. */
        RemoveParticipant: {
            /**
             * Whether they may not come back; of a guest, not with the same id. Then they need not be in the room.
             * @default false
             */
            ban?: boolean;
        };
        /** The results of the checks. */
        Report: {
            /** Each check by name. */
            checks: {
                [key: string]: components["schemas"]["CheckResult"];
            };
            /** `ready` or `not_ready`. */
            status: components["schemas"]["Status"];
        };
        /** What a program reports: at least one connection or device. */
        Reports: {
            /** Devices that are of no use. */
            devices?: components["schemas"]["DeviceReport"][];
            /** What became of connections to other members, or to the room's media server. */
            media?: components["schemas"]["MediaBody"][];
        };
        /** A request to set a new password by the link of a mail. */
        ResetPassword: {
            /**
             * Format: password
             * The new password: 8 to 128 characters, not a common one.
             */
            newPassword: string;
            /** The token of the link. */
            token: string;
        };
        /** A room and its settings. */
        RoomBody: {
            /** Whether it may be joined. */
            active: boolean;
            /**
             * Format: date-time
             * When it was created.
             */
            createdAt: string;
            /** Whether people without an account may join. */
            guests: components["schemas"]["Guests"];
            /** Its host: its creator, or to whom they have handed it over. */
            hostId: string;
            /** Whether you are in it now, on another page or device: joining moves you. Absent when unknown, and in lists. */
            joined?: boolean;
            /** Whether nobody new may join, but the host. */
            locked: boolean;
            /**
             * Format: int32
             * Maximum number of participants.
             * @example 4
             */
            maxParticipants: number;
            /** How media flows. */
            mode: components["schemas"]["Mode"];
            /**
             * What it is called; may be empty.
             * @example Weekly meeting
             */
            name: string;
            /** Current number of participants, over all nodes; absent when unknown. */
            participants?: number;
            /**
             * The public id, part of the room's URL.
             * @example abc-defg-hij
             */
            roomId: string;
            /**
             * Format: int32
             * How long the seat of a disconnected participant is kept, in seconds.
             * @example 5
             */
            seatWindowSeconds: number;
        };
        /** What anybody who knows a room's id may know of it. */
        RoomCard: {
            /** Whether it may be joined. */
            active: boolean;
            /** Whether people without an account may join. */
            guests: components["schemas"]["Guests"];
            /** What it is called; may be empty. */
            name: string;
            /** Current number of participants, over all nodes; absent when unknown. */
            participants?: number;
            /**
             * The room.
             * @example abc-defg-hij
             */
            roomId: string;
        };
        /** Rooms, newest first. */
        RoomList: {
            /** The `cursor` of the next page, if there is one. */
            nextCursor?: string;
            /** The rooms. */
            rooms: components["schemas"]["RoomBody"][];
        };
        /** A message of the application, which the node does not interpret. */
        SendMessage: {
            /** Any JSON of at most 16 KiB; passed on as it is. */
            data: unknown;
            /**
             * The receiver, who is in the room; everybody in it if left out.
             * @example auth0|5f7c8ec7c33c6c004bbafe82
             */
            to?: string;
            /**
             * What it is about, of the application's choice: 1 to 64 bytes.
             * @example order
             */
            topic: string;
        };
        /** A session of the caller. */
        SessionBody: {
            /** What the program that logged in said about itself (`User-Agent`). */
            client: string;
            /** Whether this request belongs to it. */
            current: boolean;
            /**
             * Format: date-time
             * When it ends unless it is used.
             */
            expiresAt: string;
            /**
             * Format: uuid
             * The `sid` of its access tokens.
             */
            id: string;
            /**
             * Format: date-time
             * When it began.
             */
            startedAt: string;
            /**
             * Format: date-time
             * When its tokens were last refreshed.
             */
            usedAt: string;
        };
        /** The caller's sessions, the last used first. */
        SessionList: {
            /** The sessions. */
            sessions: components["schemas"]["SessionBody"][];
        };
        /** A request for an account. */
        Signup: {
            /**
             * The address to log in with; unique without regard to case.
             * @example ann@example.org
             */
            email: string;
            /**
             * The code of an invite, where signing up needs one (`GET /api/auth/settings`).
             * @example 8Z7kq3JmXw2bT9aRz0LhVg
             */
            invite?: string;
            /**
             * The name shown to others: 1 to 64 characters of any script (RFC 8266), none that is invisible or turns the text
             *     around.
             * @example Ann
             */
            name: string;
            /**
             * Format: password
             * 8 to 128 characters, and not one of the first that anybody would guess.
             * @example correct horse battery staple
             */
            password: string;
        };
        /**
         * Who may sign up.
         * @enum {string}
         */
        SignupMode: "open" | "invite" | "closed";
        /**
         * Readiness.
         * @enum {string}
         */
        Status: "ready" | "not_ready";
        /** What happened in a room, the oldest first. */
        Timeline: {
            /** At most 256 of the last 24 hours, and 128 that changed nobody's seat. Numbers that are missing at the beginning of a life tell what is no longer kept. */
            events: components["schemas"]["EventBody"][];
        };
        /** A request to prove that the address of a new account is one's own. */
        VerifyEmail: {
            /**
             * Format: password
             * The password that was chosen at the sign-up.
             */
            password: string;
            /** The token of the link. */
            token: string;
        };
        /** A guest who has to wait until the host lets them in. */
        Waiting: {
            /**
             * Format: int64
             * How long to wait before the next question, in milliseconds. The answer to that comes once the host has answered, or after some
             *     seconds. Whoever does not ask for 30 seconds has gone.
             * @example 0
             */
            pollAfterMs: number;
            /**
             * Their secret: with it they ask what has become of them.
             * @example 9tA3…
             */
            waiting: string;
        };
        /** A guest who waits. */
        WaitingBody: {
            /**
             * Format: uuid
             * Names them in the host's answer; it is not their secret.
             */
            id: string;
            /** Their name. */
            name: string;
            /**
             * Format: date-time
             * Since when they wait.
             */
            since: string;
        };
        /** A chat message that the caller wrote. */
        WrittenBody: {
            /** The text. */
            content: string;
            /** Its id, unique in the room. */
            id: string;
            /**
             * Where it was said.
             * @example abc-defg-hij
             */
            roomId: string;
            /** The caller's name at that time. */
            senderName: string;
            /**
             * Format: int64
             * The server's time in milliseconds since the Unix epoch.
             * @example 1800000000000
             */
            timestamp: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
