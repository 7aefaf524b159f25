//! Writes a client's messages directly into the text of one frame. Must not know who sends them, nor when.

use std::fmt::{Display, Write as _};

use aldis_protocol::{
    UserId,
    client::{Cid, Seq},
};

use super::Mark;
use crate::limits::CHAT_PADDING_MAX;

// Writing into a String cannot fail: the results are ignored.

/// `hello` that begins.
pub fn hello(out: &mut String, token: &str) {
    let _ = write!(out, r#"{{"type":"hello","data":{{"token":"{token}"}}}}"#);
}

/// `hello` that resumes a session, of which everything up to `seq` was received.
pub fn hello_again(out: &mut String, token: &str, (resume_token, seq): (&str, Seq)) {
    let _ = write!(
        out,
        r#"{{"type":"hello","data":{{"token":"{token}","resume":{{"resumeToken":"{resume_token}","seq":{seq}}}}}}}"#
    );
}

/// `leave_room`.
pub fn leave(out: &mut String) {
    out.push_str(r#"{"type":"leave_room"}"#);
}

/// `join_room`, without a `cid`: it would only name the message in an error.
pub fn join(out: &mut String, room: impl Display) {
    let _ = write!(out, r#"{{"type":"join_room","data":{{"roomId":"{room}"}}}}"#);
}

/// `heartbeat`.
pub fn heartbeat(out: &mut String) {
    out.push_str(r#"{"type":"heartbeat","data":{}}"#);
}

/// `ack` of all messages up to this number.
pub fn acknowledge(out: &mut String, seq: Seq) {
    let _ = write!(out, r#"{{"type":"ack","seq":{seq}}}"#);
}

/// An offer of about `sdp_bytes`.
pub fn offer(out: &mut String, cid: Cid, to: UserId, sdp_bytes: usize) {
    description(out, ("offer", cid, to), sdp_bytes);
}

/// An answer of about `sdp_bytes`.
pub fn answer(out: &mut String, cid: Cid, to: UserId, sdp_bytes: usize) {
    description(out, ("answer", cid, to), sdp_bytes);
}

/// A description of about `sdp_bytes`, its line ends escaped as a browser's are.
fn description(out: &mut String, (kind, cid, to): (&str, Cid, UserId), sdp_bytes: usize) {
    const LINE: &str = r"a=rtpmap:111 opus/48000/2\r\n";
    let _ = write!(
        out,
        r#"{{"type":"{kind}","cid":{cid},"data":{{"targetUserId":"{to}","sdp":"v=0\r\no=- {cid} 2 IN IP4 127.0.0.1\r\n"#
    );
    for _ in 0..sdp_bytes / LINE.len() {
        out.push_str(LINE);
    }
    out.push_str(r#""}}"#);
}

/// A candidate that carries a mark. The whole message has `bytes` bytes, or a few more if that is too short for it.
pub fn candidate(out: &mut String, (cid, to): (Cid, UserId), mark: Mark, bytes: usize) {
    const END: &str = r#""}}}"#;
    let from = out.len();
    let Mark { n, at, rev } = mark;
    let _ = write!(
        out,
        r#"{{"type":"ice_candidate","cid":{cid},"data":{{"targetUserId":"{to}","candidate":{{"n":{n},"at":{at},"rev":{rev},"sdpMid":"0","candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host "#
    );
    let written = out.len() - from + END.len();
    out.extend(std::iter::repeat_n('x', bytes.saturating_sub(written)));
    out.push_str(END);
}

/// A chat message whose content is a mark, of about `bytes` bytes, and as many as fit a chat message at most.
pub fn chat(out: &mut String, cid: Cid, mark: Mark, bytes: usize) {
    let Mark { n, at, .. } = mark;
    let _ = write!(out, r#"{{"type":"chat_message","cid":{cid},"data":{{"content":"{n} {at} "#);
    let padding = bytes.saturating_sub(out.len() + 3).min(CHAT_PADDING_MAX);
    out.extend(std::iter::repeat_n('x', padding));
    out.push_str(r#""}}"#);
}

/// End-of-candidates (RFC 8838 §8.2).
pub fn end_of_candidates(out: &mut String, cid: Cid, to: UserId) {
    let _ = write!(out, r#"{{"type":"ice_candidate","cid":{cid},"data":{{"targetUserId":"{to}","candidate":null}}}}"#);
}
