//! Descriptions between members as traces: `signal` on the node that receives one, and its child `deliver` on the node of its receiver.
//! Both nodes derive the trace id from the message; a session description contains unique numbers, so that no two are alike.

use std::sync::Arc;

use actors::{
    node::NodeRef,
    ports::{SpanEnd, Traces},
    protocol::{Message, RoomId},
};

use crate::telemetry::traces::{self, Attribute, Derived};

struct Descriptions(Derived);

/// The node, tracing descriptions if anything is traced.
pub(super) fn trace(node: NodeRef) -> NodeRef {
    node.trace_with(traces::derived().map(|derived| Arc::new(Descriptions(derived)) as Arc<dyn Traces>));
    node
}

/// What both nodes see, however the ledger carries it.
fn known(room: RoomId, Message { kind, data }: &Message) -> String {
    format!("{room} {} {data}", kind.as_str())
}

fn attributes(room: RoomId, message: &Message) -> Vec<Attribute> {
    vec![Attribute::new("aldis.room", room.to_string()), Attribute::new("aldis.kind", message.kind.as_str())]
}

impl Traces for Descriptions {
    fn sent(&self, room: RoomId, message: &Message) -> Option<SpanEnd> {
        self.0.begin("signal", &known(room, message), attributes(room, message))
    }

    fn delivered(&self, room: RoomId, message: &Message) {
        self.0.under("deliver", &known(room, message), attributes(room, message));
    }
}

#[cfg(test)]
mod tests {
    use actors::protocol::{Signal, UserId, encode::signal_data};

    use super::*;

    #[test]
    fn two_nodes_see_the_same_of_a_description_and_no_two_descriptions_are_alike() {
        let room: RoomId = "abc-defg-hij".parse().expect("a room id");
        let offer = |sdp: &str| signal_data(UserId::from_u128(1), &Signal::offer(UserId::from_u128(2), sdp));
        let sent = offer("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n");
        let through_redis = Message { kind: sent.kind, data: sent.data.to_string().into() };
        assert_eq!(known(room, &through_redis), known(room, &sent));
        assert_ne!(known(room, &offer("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n")), known(room, &sent));
    }
}
