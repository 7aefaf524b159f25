//! What can break, by name. Breaks nothing.

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Something is wrong with the connections of one kind to or from one node.
    Edge(Edge, Harm),
    KillNode,
    StopNode,
    PauseNode,
    PauseRedis,
    KillSubscribers,
    KillCommands,
    FillRedis,
    PausePostgres,
    /// Redis and PostgreSQL are away at once.
    PauseBoth,
    /// With these, Redis loses what it has stored.
    EmptyRedis,
    RestartRedis,
    /// A replica takes over that has missed the last second.
    Failover,
}

/// Connections that lead through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Of clients to a node.
    Clients,
    /// Of a node to Redis.
    Redis,
    /// Of a node to PostgreSQL.
    Postgres,
}

/// What a proxy does to connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harm {
    /// Nothing passes, and nothing is closed.
    Hold,
    Reset,
    /// Each piece is under way for 50 to 800 ms.
    Delay,
    /// Few bytes a second pass.
    Throttle,
    /// Reset after some bytes, in the middle of a message.
    CutAfterBytes,
}

impl Fault {
    /// Those with which Redis keeps what it has stored.
    pub(super) fn without_loss() -> Vec<Self> {
        let harms = [Harm::Hold, Harm::Reset, Harm::Delay, Harm::Throttle, Harm::CutAfterBytes];
        let edges = [Edge::Clients, Edge::Redis, Edge::Postgres];
        let on_edges = harms.into_iter().flat_map(|harm| edges.map(|edge| Self::Edge(edge, harm)));
        let others = [
            Self::KillNode,
            Self::StopNode,
            Self::PauseNode,
            Self::PauseRedis,
            Self::KillSubscribers,
            Self::KillCommands,
            Self::FillRedis,
            Self::PausePostgres,
            Self::PauseBoth,
        ];
        others.into_iter().chain(on_edges).collect()
    }

    /// Those with which it does not.
    pub(super) const WITH_LOSS: [Self; 3] = [Self::Failover, Self::EmptyRedis, Self::RestartRedis];
}
