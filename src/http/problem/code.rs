//! The table of codes: what clients' programs see, with the status and the title that always come with it.

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

            /// The code as programs see it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that always comes with this code.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The same for people, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request itself cannot be read: path, query, header.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read";
    /// The body is not JSON.
    MalformedBody = "malformed_body", BAD_REQUEST, "The body is not valid JSON";
    /// No token.
    AuthRequired = "auth_required", UNAUTHORIZED, "Log in first";
    /// A token that is not good.
    AuthInvalid = "auth_invalid", UNAUTHORIZED, "The token is not valid";
    /// A token that was good once.
    TokenExpired = "token_expired", UNAUTHORIZED, "The token has expired";
    /// Wrong address or password.
    CredentialsInvalid = "credentials_invalid", UNAUTHORIZED, "Wrong e-mail address or password";
    /// A refresh token that is missing, unknown, used or revoked: log in again.
    RefreshInvalid = "refresh_invalid", UNAUTHORIZED, "The refresh token is not valid";
    /// Not yours.
    Forbidden = "forbidden", FORBIDDEN, "Not allowed";
    /// A cookie came with a request that another site made.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "The request comes from another site";
    /// The operator disabled the account.
    AccountDisabled = "account_disabled", FORBIDDEN, "The account is disabled";
    /// Nothing is at this address.
    NotFound = "not_found", NOT_FOUND, "Nothing is here";
    /// There is no such room.
    RoomNotFound = "room_not_found", NOT_FOUND, "There is no such room";
    /// There is no such user.
    UserNotFound = "user_not_found", NOT_FOUND, "There is no such user";
    /// Something is here, but not for this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The request's body did not come in time.
    RequestTimeout = "request_timeout", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The address has an account.
    EmailTaken = "email_taken", CONFLICT, "The e-mail address is taken";
    /// The host has as many rooms as one may have.
    TooManyRooms = "too_many_rooms", CONFLICT, "You have as many rooms as one may have";
    /// The body is too big.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too big";
    /// The body is not declared as JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    /// The body is JSON, but not what is wanted; `errors` says where.
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "The body is not what is wanted here";
    /// Too often; `Retry-After` says when.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// A bug.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something broke here";
    /// Not now; `Retry-After` says when.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available now";
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
    /// The code of an error answer the framework made by itself.
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
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            other if other.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}
