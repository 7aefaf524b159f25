//! What an answer of a media server means. It is not trusted: a proxy may have answered in its place, or another server. Pure.

use actors::ports::media::Json;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::ask::is_id;

/// The most bytes of a detail that is passed on.
const DETAIL_MAX: usize = 512;

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct Answer {
    /// The HTTP status.
    pub(in crate::media) status: u16,
    /// The run of the process that says it has answered.
    pub(in crate::media) instance: Option<String>,
    /// The body.
    pub(in crate::media) body: Vec<u8>,
}

/// The meaning of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) enum Verdict {
    /// Done; the body is this object.
    Done(Json),
    /// There is no such thing.
    NotFound,
    /// The parameters are refused; why.
    Rejected(Box<str>),
    /// The peer has as many as it may; of what.
    Limit(Box<str>),
    /// The server has no place, or takes no rooms: it is well, and another one is to be used.
    Full,
    /// Another run of the process has answered.
    OtherInstance,
    /// The secret is not accepted.
    Unauthorized,
    /// It has failed, or cannot be read; why.
    Broken(String),
}

/// A refusal (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
    #[serde(default)]
    detail: String,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Answer {
    /// What it means; `expected`: the run that was asked, if it must be that one; `gives_id`: whether there must be an id in it.
    pub(in crate::media) fn verdict(&self, expected: Option<&str>, gives_id: bool) -> Verdict {
        let Some(instance) = self.instance.as_deref().filter(|instance| is_id(instance)) else {
            return Verdict::Broken(format!(
                "status {} of no media server: Aldis-Media-Instance is missing",
                self.status
            ));
        };
        if expected.is_some_and(|expected| expected != instance) {
            return Verdict::OtherInstance;
        }
        if self.status == 200 {
            return self.done(gives_id).unwrap_or_else(Verdict::Broken);
        }
        let Ok(Problem { code, detail }) = serde_json::from_slice(&self.body) else {
            return Verdict::Broken(format!("status {} without a problem in it", self.status));
        };
        match (self.status, code.as_str()) {
            (401, _) => Verdict::Unauthorized,
            (404, "not_found") => Verdict::NotFound,
            (409, "already_connected") | (413, "too_large") | (422, "bad_parameters") => {
                Verdict::Rejected(short(&detail))
            }
            (429, "limit") => Verdict::Limit(short(&detail)),
            (503, "full" | "draining") => Verdict::Full,
            (status, code) => Verdict::Broken(format!("status {status}, {}", short(code))),
        }
    }

    /// The body as one object; why it is none.
    fn done(&self, gives_id: bool) -> Result<Verdict, String> {
        let object: &RawValue = serde_json::from_slice(&self.body).map_err(|why| format!("no JSON: {why}"))?;
        if !object.get().starts_with('{') {
            return Err("no JSON object".to_owned());
        }
        let named = || serde_json::from_str::<Named>(object.get()).is_ok_and(|named| is_id(&named.id));
        if gives_id && !named() {
            return Err("it lacks an id".to_owned());
        }
        Ok(Verdict::Done(object.get().into()))
    }
}

/// The object at `field` of an object, byte for byte.
pub(in crate::media) fn object_at(json: &str, field: &str) -> Option<Json> {
    let fields: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    fields.get(field).map(|value| value.get()).filter(|value| value.starts_with('{')).map(Into::into)
}

/// At most so much of a text as clients are told; one line.
fn short(text: &str) -> Box<str> {
    let end = (0..=text.len().min(DETAIL_MAX)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    text[..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, instance: Some("one".to_owned()), body: body.as_bytes().to_vec() }
    }

    fn problem(status: u16, code: &str) -> Answer {
        answer(status, &format!(r#"{{"type":"x","status":{status},"code":"{code}","detail":"a detail"}}"#))
    }

    #[test]
    fn refusals_are_told_from_failures() {
        for (answer, expected) in [
            (answer(200, r#" {"id":"t"} "#), Verdict::Done(r#"{"id":"t"}"#.into())),
            (problem(401, "unauthorized"), Verdict::Unauthorized),
            (problem(404, "not_found"), Verdict::NotFound),
            (problem(409, "already_connected"), Verdict::Rejected("a detail".into())),
            (problem(413, "too_large"), Verdict::Rejected("a detail".into())),
            (problem(422, "bad_parameters"), Verdict::Rejected("a detail".into())),
            (problem(429, "limit"), Verdict::Limit("a detail".into())),
            (problem(503, "full"), Verdict::Full),
            (problem(503, "draining"), Verdict::Full),
            (problem(503, "unavailable"), Verdict::Broken("status 503, unavailable".to_owned())),
            (problem(500, "internal"), Verdict::Broken("status 500, internal".to_owned())),
            (problem(404, "no_such_page"), Verdict::Broken("status 404, no_such_page".to_owned())),
        ] {
            assert_eq!(answer.verdict(Some("one"), false), expected, "{answer:?}");
            let other = Answer { instance: Some("two".to_owned()), ..answer.clone() };
            assert_eq!(other.verdict(Some("one"), false), Verdict::OtherInstance, "the run comes first");
        }
    }

    #[test]
    fn what_is_no_answer_of_a_media_server_is_broken() {
        let page = "<html>502 Bad Gateway</html>";
        let nobody = Answer { instance: None, ..answer(200, "{}") };
        for (answer, gives_id) in [
            (answer(200, page), false),
            (answer(502, page), false),
            (answer(302, ""), false),
            (answer(404, page), false),
            (answer(200, r#"{"id":"t""#), false),
            (answer(200, "[]"), false),
            (answer(200, "{} {}"), false),
            (answer(200, "{}"), true),
            (answer(200, r#"{"id":"../x"}"#), true),
            (answer(200, r#"{"id":7}"#), true),
            (nobody, false),
            (Answer { instance: Some("a b".to_owned()), ..answer(200, "{}") }, false),
        ] {
            assert!(matches!(answer.verdict(None, gives_id), Verdict::Broken(_)), "{answer:?}");
        }
    }

    #[test]
    fn a_detail_is_one_line_of_at_most_512_bytes() {
        assert_eq!(&*short("a\nb\0"), "a b ");
        assert_eq!(short(&"ä".repeat(400)).len(), 512);
        assert_eq!(short(&format!("x{}", "ä".repeat(400))).len(), 511);
    }

    #[test]
    fn a_field_is_passed_on_byte_for_byte() {
        let json = r#"{"dialect":"ortc","rtpCapabilities": {"codecs" : [1.0, "\u00e4"]},"instance":"one"}"#;
        assert_eq!(object_at(json, "rtpCapabilities").as_deref(), Some(r#"{"codecs" : [1.0, "\u00e4"]}"#));
        assert_eq!(object_at(json, "instance"), None);
        assert_eq!(object_at(json, "nothing"), None);
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(
            status in 0_u16..700, body in prop::collection::vec(any::<u8>(), 0..100), gives_id: bool,
        ) {
            let answer = Answer { status, instance: Some("one".to_owned()), body };
            answer.verdict(Some("one"), gives_id);
        }
    }
}
