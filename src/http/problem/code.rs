//! The table of error codes, each with its status and title.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// Why a request was refused: stable, for programs. The table gives status and title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All codes, in the table's order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status of this code.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// A short summary for people.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request is malformed: path, query, header.
    BadRequest = "bad_request", BAD_REQUEST, "Malformed request";
    /// A request to open a WebSocket that breaks a rule of RFC 6455, or offers no sub-protocol of ours.
    BadHandshake = "bad_handshake", BAD_REQUEST, "Invalid WebSocket handshake";
    /// Two different tokens in one request.
    TwoTokens = "two_tokens", BAD_REQUEST, "Two tokens";
    /// A token in the query string, which proxies log.
    TokenInQuery = "token_in_query", BAD_REQUEST, "Token in the query string";
    /// The body is not JSON.
    MalformedBody = "malformed_body", BAD_REQUEST, "Invalid JSON";
    /// No token.
    AuthRequired = "auth_required", UNAUTHORIZED, "Authentication required";
    /// An invalid token.
    AuthInvalid = "auth_invalid", UNAUTHORIZED, "Invalid token";
    /// An expired token.
    TokenExpired = "token_expired", UNAUTHORIZED, "Token expired";
    /// Wrong address or password.
    CredentialsInvalid = "credentials_invalid", UNAUTHORIZED, "Wrong e-mail address or password";
    /// A refresh token that is missing, unknown, used or revoked: log in again.
    RefreshInvalid = "refresh_invalid", UNAUTHORIZED, "Invalid refresh token";
    /// Not allowed for this user.
    Forbidden = "forbidden", FORBIDDEN, "Forbidden";
    /// A page of another site: it may neither open a socket nor use a cookie.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "Origin not allowed";
    /// The operator disabled the account.
    AccountDisabled = "account_disabled", FORBIDDEN, "Account disabled";
    /// Nobody can sign up.
    SignupClosed = "signup_closed", FORBIDDEN, "Sign-up closed";
    /// Signing up needs an invite.
    InviteRequired = "invite_required", FORBIDDEN, "Invite required";
    /// The invite is unknown, used up, expired, or another address's.
    InviteInvalid = "invite_invalid", FORBIDDEN, "Invalid invite";
    /// The room lets nobody in without an account.
    GuestsNotAllowed = "guests_not_allowed", FORBIDDEN, "Guests not allowed";
    /// The room's host lets nobody new in.
    RoomLocked = "room_locked", FORBIDDEN, "Room locked";
    /// The room's host has not let this guest in.
    Refused = "refused", FORBIDDEN, "Not let in";
    /// The room's host has removed this person, who may not come back.
    Banned = "banned", FORBIDDEN, "Banned from the room";
    /// Only the room's host may do this, or a token with the grant `admin`.
    NotHost = "not_host", FORBIDDEN, "Not the host";
    /// The owner of the account has yet to open the link in a mail.
    EmailUnverified = "email_unverified", FORBIDDEN, "E-mail address not verified";
    /// The token of a mailed link is unknown, used, replaced or expired.
    LinkInvalid = "link_invalid", FORBIDDEN, "Invalid link";
    /// The current password, asked for again, is wrong.
    PasswordWrong = "password_wrong", FORBIDDEN, "Wrong password";
    /// No such resource.
    NotFound = "not_found", NOT_FOUND, "Not found";
    /// There are no accounts on this service.
    AccountsOff = "accounts_off", NOT_FOUND, "No accounts here";
    /// There is no such room.
    RoomNotFound = "room_not_found", NOT_FOUND, "Room not found";
    /// No such guest waits (any more).
    WaitingGone = "waiting_gone", NOT_FOUND, "No such guest waits";
    /// The room has no such message.
    MessageNotFound = "message_not_found", NOT_FOUND, "Message not found";
    /// The caller has no such session.
    SessionNotFound = "session_not_found", NOT_FOUND, "Session not found";
    /// There is no such invite.
    InviteNotFound = "invite_not_found", NOT_FOUND, "Invite not found";
    /// There is no such API key.
    ApiKeyNotFound = "api_key_not_found", NOT_FOUND, "API key not found";
    /// No such webhook waits or was given up.
    WebhookNotFound = "webhook_not_found", NOT_FOUND, "Webhook not found";
    /// This node does not keep what happens in rooms.
    TimelineOff = "timeline_off", NOT_FOUND, "Timelines are not kept";
    /// There is no such user.
    UserNotFound = "user_not_found", NOT_FOUND, "User not found";
    /// The resource does not support this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed";
    /// The request names a host that is not served here.
    MisdirectedRequest = "misdirected_request", MISDIRECTED_REQUEST, "Misdirected request";
    /// The request's body was not received in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "Request timeout";
    /// The address has an account.
    EmailTaken = "email_taken", CONFLICT, "E-mail address already in use";
    /// There is the maximum number of invites.
    TooManyInvites = "too_many_invites", CONFLICT, "Too many invites";
    /// The `Idempotency-Key` was used for another request.
    IdempotencyConflict = "idempotency_conflict", CONFLICT, "Idempotency key already in use";
    /// There is the maximum number of API keys.
    TooManyApiKeys = "too_many_api_keys", CONFLICT, "Too many API keys";
    /// The webhook was not given up.
    WebhookWaits = "webhook_waits", CONFLICT, "Webhook not given up";
    /// The host has the maximum number of rooms.
    TooManyRooms = "too_many_rooms", CONFLICT, "Too many rooms";
    /// The room is closed: nobody can join it.
    RoomClosed = "room_closed", CONFLICT, "Room closed";
    /// The room has its maximum number of participants.
    RoomFull = "room_full", CONFLICT, "Room full";
    /// As many guests wait for the room's host as may.
    WaitingRoomFull = "waiting_room_full", CONFLICT, "Too many guests wait";
    /// The room has the maximum number of bans.
    TooManyBans = "too_many_bans", CONFLICT, "Too many bans";
    /// The body is too large.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "Payload too large";
    /// The body is not declared as JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type";
    /// The body is JSON, but does not match the schema; see `errors`.
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "Validation failed";
    /// `/ws` speaks WebSocket version 13 only.
    UpgradeRequired = "upgrade_required", UPGRADE_REQUIRED, "WebSocket required";
    /// The client's address has the maximum number of connections.
    TooManyConnections = "too_many_connections", TOO_MANY_REQUESTS, "Too many connections";
    /// A rate limit was exceeded; see `Retry-After`.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// A server error.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal server error";
    /// Temporarily unavailable; see `Retry-After`.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Service unavailable";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        "Code".into()
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        let described = "Why a request was refused: stable, for programs.";
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).description(Some(described)).into()
    }
}

impl Code {
    /// The code of an error response created by the framework.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::AuthRequired,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidBody,
            StatusCode::UPGRADE_REQUIRED => Self::UpgradeRequired,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}
