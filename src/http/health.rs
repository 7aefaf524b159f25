//! `/health/*`: liveness, readiness, and details.
//!
//! Liveness depends on nothing else: an unavailable dependency must never restart a node. Readiness runs each check at
//! most once a second, however many requests come.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::Mutex, time::Instant};
use utoipa::{IntoParams, ToSchema};

use super::{Shared, body::Query};

/// How long a result of the checks is cached.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Timeout of a check, after which it counts as failed.
const CHECK_WITHIN: Duration = Duration::from_secs(1);

type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A check of readiness: the database, the ledger, not draining.
pub struct Check {
    name: &'static str,
    is_vital: bool,
    /// Whether it is of this node alone, and not of what nodes share.
    is_own: bool,
    ask: Box<dyn Fn() -> Answer + Send + Sync>,
}

impl Check {
    /// A check that must pass for the node to be ready.
    pub fn vital<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, is_vital: true, is_own: false, ask: Box::new(move || Box::pin(ask())) }
    }

    /// The same of this node alone: it fails on no other node for the same reason.
    pub fn own<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { is_own: true, ..Self::vital(name, ask) }
    }

    /// A check that is reported only.
    pub fn shown<F>(name: &'static str, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { is_vital: false, ..Self::vital(name, ask) }
    }
}

/// The node's checks and their last result.
pub struct Health {
    node_id: String,
    begun: Instant,
    checks: Vec<Check>,
    last: Mutex<Option<(Instant, Report)>>,
}

/// The results of the checks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// `ready` or `not_ready`.
    status: Status,
    /// Each check by name.
    checks: BTreeMap<&'static str, CheckResult>,
}

/// Readiness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All vital checks pass.
    Ready,
    /// A vital check fails; see `checks`.
    NotReady,
}

/// The result of a check.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    /// Whether it passed.
    ok: bool,
    /// How long it took, in milliseconds.
    ms: u64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<String>,
}

/// Liveness.
#[derive(Serialize, ToSchema)]
pub struct Alive {
    /// `up`, or `stuck`: the tasks of the process no longer run.
    #[schema(pattern = "^(up|stuck)$")]
    status: &'static str,
}

/// Readiness with details of the node.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    /// This node.
    node_id: String,
    /// The version of Aldis.
    version: &'static str,
    /// Uptime in seconds.
    uptime_seconds: u64,
    /// The checks.
    #[serde(flatten)]
    report: Report,
}

impl Health {
    /// The checks of a node, not run yet.
    #[must_use]
    pub fn new(node_id: String, checks: Vec<Check>) -> Self {
        Self { node_id, begun: Instant::now(), checks, last: Mutex::new(None) }
    }

    /// The results of the checks, at most a second old. Concurrent requests share one run.
    pub async fn report(&self) -> Report {
        let mut last = self.last.lock().await;
        if let Some((at, report)) = last.as_ref()
            && at.elapsed() < FRESH_FOR
        {
            return report.clone();
        }
        let report = Report::of(self.checks.iter()).await;
        *last = Some((Instant::now(), report.clone()));
        report
    }

    /// The results of the node's own checks, now: they ask nobody else.
    pub async fn own_report(&self) -> Report {
        Report::of(self.checks.iter().filter(|check| check.is_own)).await
    }
}

impl Report {
    async fn of(checks: impl Iterator<Item = &Check> + Clone) -> Self {
        let answers = futures_util::future::join_all(checks.clone().map(ask)).await;
        let is_ready = checks.clone().zip(&answers).all(|(check, answer)| answer.ok || !check.is_vital);
        Self {
            status: if is_ready { Status::Ready } else { Status::NotReady },
            checks: checks.map(|check| check.name).zip(answers).collect(),
        }
    }
}

/// Whose readiness is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The node and all that it depends on.
    #[default]
    All,
    /// The node alone: that the database or Redis is away takes no node out of service, for calls go on.
    Node,
}

/// What is asked.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadyQuery {
    /// `node`: the node alone, without the database and Redis, which all nodes share. Default: `all`.
    #[serde(default)]
    #[param(inline)]
    scope: Scope,
}

async fn ask(check: &Check) -> CheckResult {
    let begun = Instant::now();
    let answer = match tokio::time::timeout(CHECK_WITHIN, (check.ask)()).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no response within {} s", CHECK_WITHIN.as_secs())),
    };
    let ms = begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
    CheckResult { ok: answer.is_ok(), ms, problem: answer.err() }
}

/// Liveness: whether the process's tasks run. Independent of everything else.
#[utoipa::path(get, path = "/health/live", tag = "health", operation_id = "getLiveness", responses((status = 200, body = Alive, description = "Alive"), (status = 503, body = Alive, description = "tasks have not run for ten seconds: restart the process")))]
pub(super) async fn live(State(site): State<Shared>) -> Response {
    let (status, alive) =
        if site.load.is_alive() { (StatusCode::OK, "up") } else { (StatusCode::SERVICE_UNAVAILABLE, "stuck") };
    (status, Json(Alive { status: alive })).into_response()
}

/// Readiness: for load balancers. With `scope=node`: for those that must not take all nodes out of service at once.
#[utoipa::path(get, path = "/health/ready", tag = "health", operation_id = "getReadiness", params(ReadyQuery), responses((status = 200, body = Report, description = "Ready"), (status = 503, body = Report, description = "not ready")))]
pub(super) async fn ready(State(site): State<Shared>, Query(ReadyQuery { scope }): Query<ReadyQuery>) -> Response {
    let report = match scope {
        Scope::All => site.health.report().await,
        Scope::Node => site.health.own_report().await,
    };
    (status(&report), Json(report)).into_response()
}

/// Readiness and details of the node.
#[utoipa::path(get, path = "/health", tag = "health", operation_id = "getHealth", responses((status = 200, body = Detail, description = "Ready"), (status = 503, body = Detail, description = "not ready")))]
pub(super) async fn detail(State(site): State<Shared>) -> Response {
    let report = site.health.report().await;
    let detail = Detail {
        node_id: site.health.node_id.clone(),
        version: env!("CARGO_PKG_VERSION"),
        uptime_seconds: site.health.begun.elapsed().as_secs(),
        report,
    };
    (status(&detail.report), Json(detail)).into_response()
}

fn status(report: &Report) -> StatusCode {
    match report.status {
        Status::Ready => StatusCode::OK,
        Status::NotReady => StatusCode::SERVICE_UNAVAILABLE,
    }
}
